#!/usr/bin/env bash
# Makes the JDK's AOT caches of the daemon and the console by running them once: train.sh DISTRIBUTION JAVA_HOME
# The daemon that is run has directories, a socket and a cgroup of its own, no bridge and no firewall rules, and ends
# after a few requests. It needs root as every daemon does; without root its cache is left out, and start-up is slower.
set -euo pipefail
distribution=$1 java=$2/bin/java
options=$(cd "$(dirname "$0")/../../../config/jvm" && pwd)
log=$distribution/train.log
jna=-Djna.boot.library.path=$distribution/native/com/sun/jna/linux-$(uname -m | tr _ -)
work=$(mktemp -d /tmp/gantry-train.XXXXXX)
daemon=
finish() {
  [ -z "$daemon" ] || kill -9 "$daemon" 2>/dev/null || true
  # a daemon leaves its mounts to the next one
  awk -v work="$work/" 'index($5, work) == 1 {print $5}' /proc/self/mountinfo | sort -r | xargs -r umount -l
  rm -rf --one-file-system "$work"
}
trap finish EXIT
: >"$log"

fail() {
  echo "the training run $1" >&2
  cat "$log" >&2
  exit 1
}

rm -f "$distribution/console.aot" "$distribution/daemon.aot"
if [ "$(id -u)" != 0 ]; then
  echo "no AOT caches: training needs root to run a daemon; Gantry will start slower without" >&2
  exit 0
fi
"$java" @"$options/daemon.options" "$jna" -Xlog:aot=error -XX:AOTCacheOutput="$distribution/daemon.aot" -jar "$distribution/gantry.jar" daemon \
  --config-file /dev/null --data-root "$work/data" --exec-root "$work/run" --pidfile "$work/pid" \
  -H "unix://$work/gantry.sock" --group "" --metrics-addr "" --bridge none --iptables=false --ip-forward=false \
  --cgroup-parent "/gantry-train-$$" >>"$log" 2>&1 &
daemon=$!
for _ in $(seq 300); do
  ! grep -q " serves unix:" "$log" || break
  kill -0 "$daemon" 2>/dev/null || { daemon=; fail "failed"; }
  sleep 0.1
done
grep -q " serves unix:" "$log" || fail "did not get ready within 30 s"

console() {
  DOCKER_HOST=unix://$work/gantry.sock "$java" @"$options/console.options" "$jna" "$@" >>"$log" 2>&1 || true
}
for words in version info ps "ps -a" images events\ --since\ 0\ --until\ 1 "volume ls" "network ls" "inspect none"; do
  # shellcheck disable=SC2086
  console -cp "$distribution/gantry.jar" io.gantry.Gantry $words
done
console -Xlog:aot=error -XX:AOTCacheOutput="$distribution/console.aot" -jar "$distribution/gantry.jar" ps -a

kill -TERM "$daemon"
wait "$daemon" || true
daemon=
[ -f "$distribution/daemon.aot" ] || fail "ended without a cache of the daemon"
echo "AOT caches: $(cd "$distribution" && du -h --apparent-size ./*.aot | tr '\t\n' ' ,')"
