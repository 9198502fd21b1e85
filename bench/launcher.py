"""Runs one program and prints what it cost: exit status, wall, user and system seconds, peak memory in kilobytes.

Started as ``python -I -S launcher.py CPU STDOUT STDERR PROGRAM [ARGUMENT …]`` (CPU may be ``-``) and kept smaller than
any program it runs, because Linux counts the memory of the process that starts a program into that program's peak.
"""

import os
import sys
from time import perf_counter


def main(cpu: str, stdout: str, stderr: str, *command: str) -> None:
    """Runs ``command`` with its output in two files, then prints one line of numbers."""
    if cpu != "-":
        os.sched_setaffinity(0, {int(cpu)})
    write = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    files = [
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_OPEN, 1, stdout, write, 0o666),
        (os.POSIX_SPAWN_OPEN, 2, stderr, write, 0o666),
    ]
    started = perf_counter()
    process = os.posix_spawn(command[0], command, os.environ, file_actions=files)
    _, status, usage = os.wait4(process, 0)
    wall = perf_counter() - started
    print(os.waitstatus_to_exitcode(status), wall, usage.ru_utime, usage.ru_stime, usage.ru_maxrss)


if __name__ == "__main__":
    main(*sys.argv[1:])
