//go:build !linux

package catalog

import "io/fs"

// statOf is what is known of a file; that it is unchanged only its content tells.
func statOf(info fs.FileInfo) fileStat {
	return fileStat{size: info.Size(), mtime: info.ModTime().UnixNano()}
}

// statPath knows nothing here.
func statPath(string, bool) (fileStat, bool) { return fileStat{}, false }

// programStat knows nothing here.
func programStat() fileStat { return fileStat{} }
