# What the tests of this directory share; read by them in the guest.
export PATH=$PATH:/usr/sbin:/sbin DOCKER_HOST=unix:///run/gantry/gantry.sock
gantry=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)/gantry
failures=0

# check NAME COMMAND [ARG...]
check() {
  local name=$1
  shift
  if "$@" >/tmp/check.out 2>&1; then
    echo "ok   $name"
  else
    echo "FAIL $name"
    sed 's/^/     /' /tmp/check.out
    failures=$((failures + 1))
  fi
}

# is EXPECTED COMMAND [ARG...]: what the command prints
is() {
  local expected=$1 actual
  shift
  actual=$("$@" 2>&1)
  [ "$actual" = "$expected" ] || { echo "expected: $expected"; echo "got:      $actual"; return 1; }
}

fails() { ! "$@"; }

# The disk and a firewall that works: user mode Linux has no nf_tables for IPv4.
prepare() {
  local disk=/dev/disk/by-vm/data
  blkid "$disk" >/dev/null || mkfs.ext4 -q -E lazy_itable_init=1 "$disk"
  mkdir -p /var/lib/gantry
  mount "$disk" /var/lib/gantry
  if ! iptables -t nat -L -n >/dev/null 2>&1 || ! iptables -t nat -N PROBE >/dev/null 2>&1; then
    for program in iptables ip6tables; do
      update-alternatives --set "$program" "/usr/sbin/$program-legacy" >/dev/null
    done
  fi
  echo "Linux $(uname -r), $(systemctl --version | head -1), $(crun --version | head -1), $(runc --version | head -1), $(conmon --version | head -1)"
}

# A daemon in the background, without systemd.
start_daemon() {
  : >/tmp/daemon.log
  "$gantry" daemon "$@" >/tmp/daemon.log 2>&1 &
  daemon=$!
  for _ in $(seq 1200); do
    ! grep -q ' serves ' /tmp/daemon.log || return 0
    kill -0 "$daemon" 2>/dev/null || break
    sleep 0.1
  done
  echo "FAIL the daemon does not start"
  cat /tmp/daemon.log
  exit 1
}

# import NAME: an image of the host's busybox
import() {
  local root=/tmp/busybox program
  if [ ! -d "$root" ]; then
    mkdir -p "$root"/{bin,etc,proc,root,tmp}
    cp /bin/busybox "$root/bin/"
    for program in $(/bin/busybox --list); do
      [ "$program" = busybox ] || ln -s busybox "$root/bin/$program"
    done
    echo 'root:x:0:0:root:/root:/bin/sh' >"$root/etc/passwd"
  fi
  tar -C "$root" -c . | docker import -c 'CMD ["sh"]' - "$1" >/dev/null
}

finish() {
  [ "$failures" = 0 ] || { echo "$failures failed"; tail -40 /tmp/daemon.log 2>/dev/null; }
  exit $((failures > 0))
}
