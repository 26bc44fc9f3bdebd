#!/bin/sh
# Builds a Debian package: the program, man pages, completions, and the units of pipelines/systemd with their user.
#
#   sh pipelines/package/deb.sh [DIRECTORY]
#
# The default of DIRECTORY is the current folder. With BATCHKEEP_BINARY, the path of a release build, nothing is
# built. DEBFULLNAME and DEBEMAIL name the maintainer.
#
# After `apt-get install ./batchkeep_*.deb`, store the key and start the timer:
#
#   sudo sh -c 'umask 077 && cat > /etc/batchkeep/key'
#   sudo systemctl enable --now batchkeep.timer
set -eu
# shellcheck source=pipelines/package/program.sh
. "$(dirname "$0")/program.sh"

need dpkg-deb dpkg
need dpkg-shlibdeps dpkg-dev
need strip binutils
need python3 python3

find_program
make_contents

maintainer="${DEBFULLNAME:-Batchkeep maintainers} <${DEBEMAIL:-batchkeep@users.noreply.github.com}>"
architecture=$(dpkg --print-architecture)
# Where dpkg-shlibdeps expects it.
root=$scratch/debian/batchkeep
doc=$root/usr/share/doc/batchkeep

put() {
    install -D -m "$1" "$2" "$root/$3"
}
put 755 "$scratch/bin/batchkeep" usr/bin/batchkeep
for page in "$scratch"/man/*.1; do
    gzip -9 -n "$page"
    put 644 "$page.gz" "usr/share/man/man1/${page##*/}.gz"
done
# Shells read it, they do not run it.
sed -i '1{/^#!/d;}' "$scratch/completions/batchkeep.bash"
put 644 "$scratch/completions/batchkeep.bash" usr/share/bash-completion/completions/batchkeep
put 644 "$scratch/completions/batchkeep.zsh" usr/share/zsh/vendor-completions/_batchkeep
put 644 "$scratch/completions/batchkeep.fish" usr/share/fish/vendor_completions.d/batchkeep.fish
for unit in batchkeep.service batchkeep-failed.service batchkeep.timer; do
    # The package does what the comment at the top describes.
    sed -e '/^\[Unit\]/,$!d' -e 's|/usr/local/|/usr/|g' "pipelines/systemd/$unit" >"$scratch/unit"
    put 644 "$scratch/unit" "lib/systemd/system/$unit"
done
put 644 pipelines/nightly.yaml etc/batchkeep/nightly.yaml
documentation "$scratch/documentation"
for page in "$scratch"/documentation/*.md; do
    put 644 "$page" "usr/share/doc/batchkeep/${page##*/}"
done
for example in backfill.yaml hourly.yaml cron/batchkeep.crontab prometheus/alerts.yaml; do
    put 644 "pipelines/$example" "usr/share/doc/batchkeep/examples/${example##*/}"
done
for script in publish.sh restore.sh store.sh; do
    put 644 "pipelines/object-storage/$script" "usr/share/doc/batchkeep/examples/object-storage/$script"
done
put 644 "$scratch/notices.txt" usr/share/doc/batchkeep/notices.txt
gzip -9 -n "$doc/notices.txt"
cat >"$scratch/overrides" <<'EOF'
# Packages for Swift are linked into the program, with their own copies of these libraries.
batchkeep: embedded-library libyaml *
batchkeep: embedded-library zlib *
EOF
put 644 "$scratch/overrides" usr/share/lintian/overrides/batchkeep
# The components with their copyright. The texts of the licenses are in notices.txt.gz.
{
    sed '/^Apache License 2.0$/,$d' "$scratch/notices.txt"
    echo "The Apache License 2.0 is /usr/share/common-licenses/Apache-2.0. All texts are in notices.txt.gz."
} >"$doc/copyright"
{
    echo "batchkeep ($version) unstable; urgency=medium"
    echo
    echo "  * See Changes in the documentation."
    echo
    echo " -- $maintainer  $(date -R)"
} | gzip -9 -n >"$doc/changelog.gz"
chmod 644 "$doc/copyright" "$doc/changelog.gz"

mkdir "$root/DEBIAN"
printf 'Source: batchkeep\n\nPackage: batchkeep\nArchitecture: any\n' >"$scratch/debian/control"
libraries=$(cd "$scratch" && dpkg-shlibdeps -O -e debian/batchkeep/usr/bin/batchkeep | sed -n 's/^shlibs:Depends=//p')
cat >"$root/DEBIAN/control" <<EOF
Package: batchkeep
Version: $version
Architecture: $architecture
Maintainer: $maintainer
Installed-Size: $(du -sk "$root" | cut -f 1)
Depends: adduser, $libraries
Recommends: ca-certificates, libdeflate0
Suggests: jq
Section: utils
Priority: optional
Description: archive and analyze the results of Message Batches
 Batchkeep downloads the results of Anthropic's Message Batches before the API
 removes them, proves that nothing is missing, and stores them as compressed
 files with checksums. It reports costs and errors from this archive, offline.
 .
 The package includes a timer that runs an export every night. It starts when
 you enable it.
EOF
echo /etc/batchkeep/nightly.yaml >"$root/DEBIAN/conffiles"
(cd "$root" && find etc lib usr -type f -exec md5sum {} +) >"$root/DEBIAN/md5sums"
cat >"$root/DEBIAN/postinst" <<'EOF'
#!/bin/sh
set -e
if [ "$1" = configure ]; then
    # Members of the group may read the archive.
    adduser --quiet --system --group --home /var/lib/batchkeep --no-create-home batchkeep
    if [ ! -d /var/lib/batchkeep ]; then
        install -d -o batchkeep -g batchkeep -m 750 /var/lib/batchkeep
    fi
    if [ -d /run/systemd/system ]; then
        systemctl daemon-reload || true
    fi
fi
EOF
cat >"$root/DEBIAN/prerm" <<'EOF'
#!/bin/sh
set -e
if [ "$1" = remove ] && [ -d /run/systemd/system ]; then
    systemctl disable --now batchkeep.timer || true
    systemctl stop batchkeep.service || true
fi
EOF
cat >"$root/DEBIAN/postrm" <<'EOF'
#!/bin/sh
set -e
# The archive in /var/lib/batchkeep can be the last copy of its results. It is never removed, and neither is its owner.
if [ "$1" = remove ] && [ -d /run/systemd/system ]; then
    systemctl daemon-reload || true
fi
EOF
chmod 755 "$root/DEBIAN/postinst" "$root/DEBIAN/prerm" "$root/DEBIAN/postrm"
chmod 644 "$root/DEBIAN/control" "$root/DEBIAN/conffiles" "$root/DEBIAN/md5sums"
find "$root" -type d -exec chmod 755 {} +

mkdir -p "$output"
package=$output/batchkeep_${version}_$architecture.deb
# xz, because older releases cannot read zstd.
dpkg-deb --root-owner-group -Zxz --build "$root" "$package" >/dev/null
printf '%s\n' "$package"
