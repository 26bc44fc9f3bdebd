"""What libdeflate alone takes on two threads: the limit an export and a query can come near to, never pass.

    python codec_limit.py deflate ARCHIVE LEVEL | inflate ARCHIVE

Reads the members of an archive into memory, then compresses or inflates them and does nothing else. Prints wall and
processor seconds of that part as JSON. The calls release Python's lock, so two threads use two cores.
"""

import ctypes
import ctypes.util
import json
import pathlib
import struct
import sys
import threading
import time
import zlib

HEADER_SIZE = 20
THREADS = 2


def main():
    work, archive = sys.argv[1:3]
    library = ctypes.CDLL(ctypes.util.find_library("deflate") or "libdeflate.so.0")
    # Raw and flat members of one block follow each other, as in an export.
    members = [member for kind in ["raw", "results"] for member in members_of(pathlib.Path(archive) / kind)]
    if work == "deflate":
        level = int(sys.argv[3])
        blocks = [zlib.decompress(member, 31) for member in members]
        del members
        seconds, cpu = measured(blocks, lambda: compressor(library, level))
    else:
        raw = list(members_of(pathlib.Path(archive) / "raw"))
        seconds, cpu = measured(raw, lambda: decompressor(library))
    print(json.dumps({"seconds": seconds, "cpu": cpu}))


def members_of(folder):
    """The gzip members of all files, found by the size in their header (`MZ`, see MemberLayout)."""
    for path in sorted(folder.glob("*/*.gz")):
        content = path.read_bytes()
        place = 0
        while place < len(content):
            size = HEADER_SIZE + struct.unpack_from("<I", content, place + 16)[0] + 8
            yield content[place:place + size]
            place += size


def compressor(library, level):
    library.libdeflate_alloc_compressor.restype = ctypes.c_void_p
    library.libdeflate_gzip_compress.restype = ctypes.c_size_t
    library.libdeflate_gzip_compress_bound.restype = ctypes.c_size_t
    codec = ctypes.c_void_p(library.libdeflate_alloc_compressor(level))
    state = {"room": 0}

    def compress(block):
        bound = library.libdeflate_gzip_compress_bound(codec, ctypes.c_size_t(len(block)))
        if bound > state["room"]:
            state["room"], state["buffer"] = bound, ctypes.create_string_buffer(bound)
        size = library.libdeflate_gzip_compress(
            codec, block, ctypes.c_size_t(len(block)), state["buffer"], ctypes.c_size_t(bound)
        )
        if size == 0:
            raise RuntimeError("libdeflate did not compress a block")

    return compress


def decompressor(library):
    library.libdeflate_alloc_decompressor.restype = ctypes.c_void_p
    codec = ctypes.c_void_p(library.libdeflate_alloc_decompressor())
    state = {"room": 0}

    def inflate(member):
        # The last four bytes of a member are the size of its content.
        size = struct.unpack("<I", member[-4:])[0]
        if size > state["room"]:
            state["room"], state["buffer"] = size, ctypes.create_string_buffer(size)
        status = library.libdeflate_gzip_decompress(
            codec, member, ctypes.c_size_t(len(member)), state["buffer"], ctypes.c_size_t(size), None
        )
        if status != 0:
            raise RuntimeError(f"libdeflate answers {status}")

    return inflate


def measured(pieces, make):
    waiting = iter(pieces)
    lock = threading.Lock()

    def work():
        step = make()
        while True:
            with lock:
                piece = next(waiting, None)
            if piece is None:
                return
            step(piece)

    threads = [threading.Thread(target=work) for _ in range(THREADS)]
    started, cpu = time.monotonic(), time.process_time()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.monotonic() - started, time.process_time() - cpu


if __name__ == "__main__":
    main()
