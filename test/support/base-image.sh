#!/bin/sh
# base-image.sh FOLDER NODE: what a builder needs to stand in for the official Node image, made of this machine's own files,
# since a registry of images is not to be had everywhere. A shell, `env`, Node, npm, the user `node`, and what the official one
# leaves to whoever builds upon it: an entry point and a command of its own. Leaves a `Containerfile` and its context.
set -eu
root=$1/rootfs
node=$2
npm=$(readlink -f "$(command -v npm)")

with_libraries() {
  for file in $(ldd "$1" | grep -o '/[^ ]*'); do cp -L --parents "$file" "$root"; done
}

mkdir -p "$root/tmp" "$root/root" "$root/home/node" "$root/etc" "$root/usr/local/bin" "$root/usr/local/lib/node_modules"
chmod 1777 "$root/tmp"
for program in /bin/sh /usr/bin/env; do
  cp -L --parents "$program" "$root"
  with_libraries "$program"
done
cp -L "$node" "$root/usr/local/bin/node"
with_libraries "$node"
cp -r "${npm%/bin/npm-cli.js}" "$root/usr/local/lib/node_modules/npm"
ln -s ../lib/node_modules/npm/bin/npm-cli.js "$root/usr/local/bin/npm"
printf 'root:x:0:0::/root:/bin/sh\nnode:x:1000:1000::/home/node:/bin/sh\n' >"$root/etc/passwd"
printf 'root:x:0:\nnode:x:1000:\n' >"$root/etc/group"

cat >"$1/Containerfile" <<'CONTAINERFILE'
FROM scratch
COPY rootfs/ /
ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
ENTRYPOINT ["docker-entrypoint.sh"]
CMD ["node"]
CONTAINERFILE
# A network that looks into TLS has an authority of its own, which npm has to know.
if [ -n "${NODE_EXTRA_CA_CERTS:-}" ]; then
  cp -L --parents "$NODE_EXTRA_CA_CERTS" "$root"
  echo "ENV NODE_EXTRA_CA_CERTS=$NODE_EXTRA_CA_CERTS" >>"$1/Containerfile"
fi
