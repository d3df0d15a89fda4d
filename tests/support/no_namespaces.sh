#!/bin/sh
# What bubblewrap says and does where user namespaces are forbidden.
echo "bwrap: No permissions to create new namespace, likely because the kernel does not allow \
non-privileged user namespaces." >&2
exit 1
