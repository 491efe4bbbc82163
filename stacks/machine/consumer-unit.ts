/**
 * The systemd unit of a machine of a fleet, a template by the name of the queue. By the program's exit code:
 * 0, it was told to leave or its machine goes: the machine is shut down, and its group starts another where one is
 * wanted; 2, its queue or table cannot be used: a restart would meet the same; anything else: it is started again.
 */
import { ENVIRONMENT_FILE, LOG_FOLDER, PROGRAM_FOLDER, SCRATCH_FOLDER, USER } from './places.ts';

export const consumerUnit = (): string => `[Unit]
Description=CloudReg: works on the queue %i
Wants=network-online.target
After=network-online.target
SuccessAction=poweroff
StartLimitIntervalSec=1h
StartLimitBurst=10

[Service]
Type=exec
User=${USER}
EnvironmentFile=${ENVIRONMENT_FILE}
WorkingDirectory=${SCRATCH_FOLDER}
ExecStart=/usr/bin/node ${PROGRAM_FOLDER}/dist/program/main.js consume %i --memory \${CLOUDREG_MEMORY}
Restart=on-failure
RestartSec=15
RestartPreventExitStatus=2
# The first word ends what is in work; after a minute the second, systemd's own, hands it back to the queue.
ExecStop=/bin/sh -c 'test -z "$$MAINPID" || { kill -TERM "$$MAINPID"; timeout 60 tail --pid="$$MAINPID" -f /dev/null || true; }'
KillMode=mixed
TimeoutStopSec=90
StandardOutput=append:${LOG_FOLDER}/%i.log
StandardError=append:${LOG_FOLDER}/%i.log
LimitNOFILE=65536

# V8 makes machine code as it runs, so MemoryDenyWriteExecute stays off.
NoNewPrivileges=yes
CapabilityBoundingSet=
AmbientCapabilities=
ProtectSystem=strict
ReadWritePaths=${SCRATCH_FOLDER}
ProtectHome=yes
PrivateTmp=yes
PrivateDevices=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectProc=invisible
LockPersonality=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallErrorNumber=EPERM
UMask=0077

[Install]
WantedBy=multi-user.target
`;
