#!/usr/bin/env bash
# Makes the JDK's AOT caches of the daemon and the console by running them once: train.sh DISTRIBUTION JAVA_HOME
#
# The daemon that is run has directories, a socket and a cgroup of its own, no bridge and no firewall rules, and ends
# after a few requests. What these need and is not there (curl, busybox, conmon) is left out: the cache is then smaller.
# A daemon needs root; without root there are no caches, and Gantry starts slower.
set -euo pipefail
distribution=$1 java=$2/bin/java
options=$(cd "$(dirname "$0")/../../../config/jvm" && pwd)
log=$distribution/train.log
jna=-Djna.boot.library.path=$distribution/native/com/sun/jna/linux-$(uname -m | tr _ -)
work=$(mktemp -d /tmp/gantry-train.XXXXXX)
socket=$work/gantry.sock
cgroup=gantry-train-$$
daemon=
finish() {
  [ -z "$daemon" ] || kill -9 "$daemon" 2>/dev/null || true
  # a daemon leaves its mounts to the next one
  awk -v work="$work/" 'index($5, work) == 1 {print $5}' /proc/self/mountinfo | sort -r | xargs -r umount -l
  rm -rf --one-file-system "$work"
  rmdir "/sys/fs/cgroup/$cgroup" "/sys/fs/cgroup/"*"/$cgroup" 2>/dev/null || true
}
trap finish EXIT
: >"$log"

fail() {
  echo "the training run $1" >&2
  cat "$log" >&2
  exit 1
}

start_daemon() {
  "$java" @"$options/daemon.options" "$jna" -Xlog:aot=error -XX:AOTCacheOutput="$distribution/daemon.aot" \
    -jar "$distribution/gantry.jar" daemon \
    --config-file /dev/null --data-root "$work/data" --exec-root "$work/run" --pidfile "$work/pid" -H "unix://$socket" \
    --group "" --metrics-addr "" --bridge none --iptables=false --ip-forward=false --cgroup-parent "/$cgroup" >>"$log" 2>&1 &
  daemon=$!
  for _ in $(seq 600); do
    ! grep -q " serves unix:" "$log" || return 0
    kill -0 "$daemon" 2>/dev/null || { daemon=; fail "failed"; }
    sleep 0.1
  done
  fail "did not get ready within 60 s"
}

api() {
  local method=$1 path=$2
  shift 2
  curl -sS --max-time 20 --unix-socket "$socket" -X "$method" "http://gantry/v1.51$path" "$@"
}
json() { api POST "$1" -H 'Content-Type: application/json' -d "$2"; }

# What a client asks first, and the life of a container.
requests() {
  local path id exec image=$work/image
  for path in /_ping /version /info "/containers/json?all=1" /images/json /networks /volumes "/events?since=0&until=1" /containers/none/json; do
    api GET "$path"
  done
  mkdir -p "$image/bin" "$image/tmp"
  cp "$(command -v busybox)" "$image/bin/sh"
  tar -C "$image" -c . | api POST '/images/create?fromSrc=-&repo=train&tag=latest' -H 'Content-Type: application/x-tar' --data-binary @-
  for _ in 1 2; do
    id=$(json /containers/create '{"Image": "train", "Cmd": ["sh", "-c", "echo out; read line"], "OpenStdin": true, "HostConfig": {"NetworkMode": "none"}}' |
      sed -n 's/.*"Id":"\([0-9a-f]*\)".*/\1/p')
    json "/containers/$id/start" '' || true
    exec=$(json "/containers/$id/exec" '{"Cmd": ["sh", "-c", "echo exec"], "AttachStdout": true}' | sed -n 's/.*"Id":"\([0-9a-f]*\)".*/\1/p')
    json "/exec/$exec/start" '{"Detach": false}'
    for path in json "logs?stdout=1&stderr=1&tail=10" top "stats?stream=0"; do api GET "/containers/$id/$path"; done
    api GET /containers/json
    api POST "/containers/$id/stop?t=0"
    api POST "/containers/$id/wait"
    api DELETE "/containers/$id?force=1&v=1"
  done
  api DELETE /images/train
}

console() {
  DOCKER_HOST=unix://$socket "$java" @"$options/console.options" "$jna" "$@" >>"$log" 2>&1 || true
}

rm -f "$distribution/console.aot" "$distribution/daemon.aot"
if [ "$(id -u)" != 0 ]; then
  echo "no AOT caches: training needs root to run a daemon; Gantry will start slower without" >&2
  exit 0
fi
start_daemon
(set +e; requests) >>"$log" 2>&1 </dev/null
console -Xlog:aot=error -XX:AOTCacheOutput="$distribution/console.aot" -jar "$distribution/gantry.jar" ps -a
kill -TERM "$daemon"
wait "$daemon" || true
daemon=
[ -f "$distribution/daemon.aot" ] || fail "ended without a cache of the daemon"
echo "AOT caches: $(cd "$distribution" && du -h --apparent-size ./*.aot | tr '\t\n' ' ,')"
