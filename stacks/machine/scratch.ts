/** The scratch folder of a machine: on its local NVMe disks where it has some, else on its (encrypted) volume. */
import { SCRATCH_FOLDER } from './places.ts';

/** Local disks forget everything with the machine, and their hardware encrypts what they hold. */
export const scratchScript = (): string => `
mkdir -p ${SCRATCH_FOLDER}
mapfile -t disks < <(lsblk --nodeps --noheadings --paths --output NAME,MODEL | awk '/Instance Storage/ { print $1 }')
if [ "\${#disks[@]}" -gt 1 ]; then
  dnf install --assumeyes --quiet mdadm
  mdadm --create /dev/md0 --run --level=0 --raid-devices="\${#disks[@]}" "\${disks[@]}"
  disks=(/dev/md0)
fi
if [ "\${#disks[@]}" -eq 1 ]; then
  mkfs.xfs -q -f "\${disks[0]}"
  mount -o noatime,nodev,nosuid "\${disks[0]}" ${SCRATCH_FOLDER}
fi`;
