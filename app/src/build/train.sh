#!/usr/bin/env bash
# Makes the JDK's AOT caches of the daemon and the console by running them once: train.sh DISTRIBUTION JAVA_HOME
#
# The daemon that is run has directories, a socket, a cgroup and a network namespace of its own, and ends after a few
# requests. It is the second on its data root, for most starts find something there. What the requests need and is not
# there (curl, busybox, conmon) is left out: the cache is then smaller.
# A daemon needs root; without root there are no caches, and Gantry starts slower.
set -euo pipefail
distribution=$1 java=$2/bin/java
options=$(cd "$(dirname "$0")/../../../config/jvm" && pwd)
log=$distribution/train.log
jna=-Djna.boot.library.path=$distribution/native/com/sun/jna/linux-$(uname -m | tr _ -)
work=$(mktemp -d /tmp/gantry-train.XXXXXX)
socket=$work/gantry.sock
started=$work/daemon.log
cgroup=gantry-train-$$
network=(--bridge none --iptables=false --ip-forward=false)
inside=()
if unshare --net iptables-save >/dev/null 2>&1; then
  inside=(unshare --net)
  network=()
fi
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
  cat "$log" "$started" >&2
  exit 1
}

start_daemon() {
  : >"$started"
  "${inside[@]}" "$java" @"$options/daemon.options" "$jna" "$@" \
    -jar "$distribution/gantry.jar" daemon \
    --config-file /dev/null --data-root "$work/data" --exec-root "$work/run" --pidfile "$work/pid" -H "unix://$socket" \
    --group "" --metrics-addr "" --cgroup-parent "/$cgroup" "${network[@]}" >>"$started" 2>&1 &
  daemon=$!
  for _ in $(seq 600); do
    ! grep -q " serves unix:" "$started" || return 0
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

# What is there when a daemon starts again.
prepare() {
  local image=$work/image
  mkdir -p "$image/bin" "$image/tmp"
  cp "$(command -v busybox)" "$image/bin/sh"
  tar -C "$image" -c . | api POST '/images/create?fromSrc=-&repo=train&tag=latest' -H 'Content-Type: application/x-tar' --data-binary @-
  json "/containers/create?name=left" '{"Image": "train", "Cmd": ["sh"], "HostConfig": {"NetworkMode": "none"}}'
}

# What a client asks first, and the life of a container.
requests() {
  local path id exec mode
  for path in /_ping /version /info "/containers/json?all=1" /images/json /networks /volumes "/events?since=0&until=1" /containers/none/json; do
    api GET "$path"
  done
  for mode in none default; do
    id=$(json /containers/create '{"Image": "train", "Cmd": ["sh", "-c", "echo out; read line"], "OpenStdin": true,
      "HostConfig": {"NetworkMode": "'$mode'", "PortBindings": {"80/tcp": [{}]}}}' |
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
  api DELETE /containers/left
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
(set +e; prepare) >>"$log" 2>&1 </dev/null
kill -KILL "$daemon"
wait "$daemon" 2>/dev/null || true
start_daemon -Xlog:aot=error -XX:AOTCacheOutput="$distribution/daemon.aot"
(set +e; requests) >>"$log" 2>&1 </dev/null
console -Xlog:aot=error -XX:AOTCacheOutput="$distribution/console.aot" -jar "$distribution/gantry.jar" ps -a
kill -TERM "$daemon"
wait "$daemon" || true
daemon=
cat "$started" >>"$log"
[ -f "$distribution/daemon.aot" ] || fail "ended without a cache of the daemon"
echo "AOT caches: $(cd "$distribution" && du -h --apparent-size ./*.aot | tr '\t\n' ' ,')"
