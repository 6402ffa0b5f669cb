package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// file is a member of an archive.
type file struct {
	name       string
	body       []byte
	executable bool
}

func (f file) mode() int64 {
	if f.executable {
		return 0o755
	}
	return 0o644
}

// pack writes name.tar.gz, or name.zip where that is usual, with all files in a
// folder called name: sorted, owned by root, all of one time.
func pack(out, name string, zipped bool, files []file, when time.Time) error {
	slices.SortFunc(files, func(a, b file) int { return strings.Compare(a.name, b.name) })
	write, ext := tarball, ".tar.gz"
	if zipped {
		write, ext = zipball, ".zip"
	}
	var b bytes.Buffer
	if err := write(&b, name, files, when); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(out, name+ext), b.Bytes(), 0o644)
}

func tarball(b *bytes.Buffer, name string, files []file, when time.Time) error {
	gz, err := gzip.NewWriterLevel(b, gzip.BestCompression)
	if err != nil {
		return err
	}
	w := tar.NewWriter(gz)
	for _, f := range files {
		h := &tar.Header{Typeflag: tar.TypeReg, Name: name + "/" + f.name, Mode: f.mode(), Size: int64(len(f.body)), ModTime: when, Uname: "root", Gname: "root", Format: tar.FormatPAX}
		if err := w.WriteHeader(h); err != nil {
			return err
		}
		if _, err := w.Write(f.body); err != nil {
			return err
		}
	}
	if err := w.Close(); err != nil {
		return err
	}
	return gz.Close()
}

func zipball(b *bytes.Buffer, name string, files []file, when time.Time) error {
	w := zip.NewWriter(b)
	for _, f := range files {
		h := &zip.FileHeader{Name: name + "/" + f.name, Method: zip.Deflate, Modified: when}
		h.SetMode(os.FileMode(f.mode()))
		member, err := w.CreateHeader(h)
		if err != nil {
			return err
		}
		if _, err := member.Write(f.body); err != nil {
			return err
		}
	}
	return w.Close()
}
