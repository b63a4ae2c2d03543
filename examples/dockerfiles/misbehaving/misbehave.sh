#!/bin/bash
# Everything that a stranger's program might try. Each line says what came of it; the number is how many were stopped.
stopped=0
tried() { if [ "$1" = stopped ]; then stopped=$((stopped + 1)); fi; echo "$2: $1"; }
interfaces=$(tail -n +3 /proc/net/dev 2>/dev/null | grep -cv '^ *lo:')
[ "$interfaces" = 0 ] && tried stopped 'a network interface' || tried 'THERE IS ONE' 'a network interface'
(exec 3<>/dev/tcp/169.254.169.254/80) 2>/dev/null && tried 'REACHED' 'the cloud metadata address' || tried stopped 'the cloud metadata address'
(exec 3<>/dev/tcp/127.0.0.1/5000) 2>/dev/null && tried 'REACHED' "the service's own API" || tried stopped "the service's own API"
echo x > /etc/cron.d/x 2>/dev/null && tried 'WRITTEN' 'writing below /etc' || tried stopped 'writing below /etc'
echo x > /proc/sys/kernel/core_pattern 2>/dev/null && tried 'WRITTEN' 'writing core_pattern' || tried stopped 'writing core_pattern'
mount -t tmpfs none /mnt 2>/dev/null && tried 'MOUNTED' 'mounting' || tried stopped 'mounting'
chown 0:0 /data 2>/dev/null && tried 'CHANGED' 'becoming root of /data' || tried stopped 'becoming root of /data'
head -c 1073741824 /dev/zero > /data/big 2>/dev/null && tried 'FILLED' 'filling /data with 1 GiB' || tried stopped 'filling /data with 1 GiB'
rm -f /data/big
# A fork bomb, as far as it gets: Perl, because bash waits and tries again. Its children leave the session and go on
# when this script has ended; they die with the sandbox all the same.
forked=$(perl -MPOSIX=setsid -e '
  $| = 1;
  for my $n (1 .. 400) {
    my $pid = fork // last;
    if (!$pid) { setsid; close STDOUT; sleep 600; exit }
    $count = $n;
  }
  print $count // 0')
[ "$forked" -lt 400 ] && tried stopped "400 processes (after $forked)" || tried 'FORKED' '400 processes'
echo "{\"perf\": $stopped}" > /data/perf.json
