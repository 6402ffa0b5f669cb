package catalog

import (
	"io/fs"
	"syscall"
)

// statOf is what the system knows of a file's last change.
func statOf(info fs.FileInfo) fileStat {
	if sys, ok := info.Sys().(*syscall.Stat_t); ok {
		return statFrom(sys)
	}
	return fileStat{size: info.Size(), mtime: info.ModTime().UnixNano()}
}

// statPath is statOf for the file or folder at a path; a link counts as such, or,
// with follow, as what it leads to.
func statPath(name string, follow bool) (fileStat, bool) {
	var sys syscall.Stat_t
	stat := syscall.Lstat
	if follow {
		stat = syscall.Stat
	}
	if err := stat(name, &sys); err != nil {
		return fileStat{}, false
	}
	return statFrom(&sys), true
}

func statFrom(sys *syscall.Stat_t) fileStat {
	return fileStat{
		size: sys.Size, inode: sys.Ino,
		mtime:   int64(sys.Mtim.Sec)*1e9 + int64(sys.Mtim.Nsec),
		changed: int64(sys.Ctim.Sec)*1e9 + int64(sys.Ctim.Nsec),
	}
}

// programStat is statOf for the running program.
func programStat() fileStat {
	s, _ := statPath("/proc/self/exe", true)
	return s
}
