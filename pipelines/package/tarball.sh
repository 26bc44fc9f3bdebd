#!/bin/sh
# Builds an archive with the program for a home folder, without root: the program, man pages, completions and notices.
#
#   sh pipelines/package/tarball.sh [DIRECTORY]
#
# The default of DIRECTORY is the current folder. With BATCHKEEP_BINARY, the path of a release build, nothing is
# built. To install and check it on another machine:
#
#   sha256sum -c batchkeep-*.tar.gz.sha256
#   mkdir -p ~/.local && tar -xzf batchkeep-*.tar.gz --strip-components=1 -C ~/.local
#
# INSTALL.txt in it names the oldest C library that the program works with, and the libraries that it loads.
set -eu
# shellcheck source=pipelines/package/program.sh
. "$(dirname "$0")/program.sh"

need strip binutils
need python3 python3

find_program
make_contents

# The newest version of each library's symbols that the program asks for.
newest() {
    objdump -T "$program" | grep -o "($1_[0-9.]*)" | tr -d '()' | sort -u -V | tail -n 1 | sed "s/^$1_//"
}
glibc=$(newest GLIBC)
name=batchkeep-$version-linux-$(uname -m)
root=$scratch/$name
install -D -m 755 "$program" "$root/bin/batchkeep"
for page in "$scratch"/man/*.1; do
    install -D -m 644 "$page" "$root/share/man/man1/${page##*/}"
done
install -D -m 644 "$scratch/completions/batchkeep.bash" "$root/share/bash-completion/completions/batchkeep"
install -D -m 644 "$scratch/completions/batchkeep.zsh" "$root/share/zsh/site-functions/_batchkeep"
install -D -m 644 "$scratch/completions/batchkeep.fish" "$root/share/fish/vendor_completions.d/batchkeep.fish"
install -D -m 644 "$scratch/notices.txt" "$root/share/doc/batchkeep/notices.txt"
documentation "$root/share/doc/batchkeep"
{
    echo "Batchkeep $version for Linux on $(uname -m). It needs glibc $glibc or later, which \`ldd --version\` prints first,"
    echo "libstdc++ with GLIBCXX_$(newest GLIBCXX), and these libraries:"
    objdump -p "$program" | sed -n 's/^ *NEEDED */  /p' | grep -v ld-linux
    echo
    echo "To install it for one user, in the folder of the downloaded file:"
    echo "  mkdir -p ~/.local && tar -xzf $name.tar.gz --strip-components=1 -C ~/.local"
    # shellcheck disable=SC2088 # to read, not to expand
    echo "~/.local/bin must be on the PATH. The license notices are in share/doc/batchkeep/notices.txt."
} >"$root/share/doc/batchkeep/INSTALL.txt"

mkdir -p "$output"
tar -C "$scratch" --owner=0 --group=0 --numeric-owner --sort=name -czf "$output/$name.tar.gz" "$name"
(cd "$output" && sha256sum "$name.tar.gz" >"$name.tar.gz.sha256")
printf 'It needs glibc %s or later.\n' "$glibc" >&2
printf '%s\n' "$output/$name.tar.gz" "$output/$name.tar.gz.sha256"
