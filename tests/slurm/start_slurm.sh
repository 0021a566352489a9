#!/bin/bash
# A SLURM of one machine in one folder: munged, slurmctld and slurmd on ports and a socket of its own, without systemd,
# cgroups or a database. For tests; needs root, and the Debian packages slurm-wlm and munge.
#
#   tests/slurm/start_slurm.sh start FOLDER     FOLDER: an absolute path under 80 characters
#   export SLURM_CONF=FOLDER/slurm.conf         then sinfo, sbatch, ... work
#   tests/slurm/start_slurm.sh stop FOLDER
#
# start returns when the machine is idle; status 3 and a word on stderr when SLURM is not installed or cannot run here.
set -euo pipefail
command=$1 folder=$2
# Two neighbours, so that two of these do not meet; below the range that outgoing connections use.
base=$((20000 + $$ % 6000 * 2))
ports=${SLURM_TEST_PORTS:-$base $((base + 1))}

unable() { echo "no SLURM here: $*" >&2; exit 3; }

daemons() { for name in slurmd slurmctld munged; do [[ -s $folder/$name.pid ]] && cat "$folder/$name.pid"; done; }

stop() {
  SLURM_CONF=$folder/slurm.conf scancel --user="$(id -un)" 2>/dev/null || true
  local pids
  mapfile -t pids < <(daemons)
  [[ ${#pids[@]} -eq 0 ]] || kill "${pids[@]}" 2>/dev/null || true
  for _ in $(seq 100); do kill -0 "${pids[@]}" 2>/dev/null || break; sleep 0.1; done
}

write_config() {
  local host=$1 control=${ports% *} node=${ports#* }
  cat >"$folder/slurm.conf" <<CONF
ClusterName=test
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$control
SlurmdPort=$node
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
# A requeued job waits until its old credential has expired; under 5 is refused.
AuthInfo=socket=$folder/munge/socket,cred_expire=5
CredType=cred/munge
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/slurmd.pid
SlurmctldLogFile=$folder/slurmctld.log
SlurmdLogFile=$folder/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
MpiDefault=none
PropagateResourceLimits=NONE
ReturnToService=2
KillWait=30
MinJobAge=3600
SchedulerParameters=sched_interval=1,bf_interval=1,batch_sched_delay=0
NodeName=$host NodeAddr=127.0.0.1 CPUs=$(nproc) State=UNKNOWN
PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP
CONF
}

start() {
  for program in munged slurmctld slurmd sbatch scontrol scancel squeue sinfo; do
    [[ -n $(type -P "$program") ]] || unable "$program is not installed (Debian packages slurm-wlm and munge)"
  done
  [[ $(id -u) -eq 0 ]] || unable "its daemons need root"
  mkdir -p "$folder"/{state,spool,munge}
  chmod 711 "$folder/munge"
  head -c 1024 /dev/urandom >"$folder/munge/key"
  chmod 400 "$folder/munge/key"
  munged --force --key-file="$folder/munge/key" --socket="$folder/munge/socket" --pid-file="$folder/munged.pid" \
    --log-file="$folder/munged.log" --seed-file="$folder/munge/seed" || unable "munged: $(tail -1 "$folder/munged.log")"
  write_config "$(hostname -s)"
  export SLURM_CONF=$folder/slurm.conf
  slurmctld
  slurmd
  for _ in $(seq 300); do
    [[ $(sinfo -h -o %T 2>/dev/null) == idle ]] && return
    sleep 0.1
  done
  tail -5 "$folder"/*.log >&2
  stop
  unable "it did not come up in 30 s"
}

export PATH=$PATH:/usr/sbin:/sbin
case $command in
  start) start ;;
  stop) stop ;;
  *) echo "usage: start_slurm.sh start|stop FOLDER" >&2; exit 2 ;;
esac
