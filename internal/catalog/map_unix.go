//go:build unix

package catalog

import (
	"os"

	"golang.org/x/sys/unix"
)

// mapFile maps the first size bytes of f for reading, for as long as the process
// lives.
func mapFile(f *os.File, size int) ([]byte, error) {
	return unix.Mmap(int(f.Fd()), 0, size, unix.PROT_READ, unix.MAP_SHARED)
}

// dropPages gives back the memory of mapped pages until they are looked at again.
func dropPages(mapped []byte) {
	_ = unix.Madvise(mapped, unix.MADV_DONTNEED) // a hint
}
