package catalog

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"strings"
	"unsafe"
)

// sealedFile is a file that ends in the checksum of what stands before: damage
// shows before anything is believed.
type sealedFile string

var crcTable = crc32.MakeTable(crc32.Castagnoli)

// read returns what the file holds. Mapped, it stays in the file until it is
// looked at; the mapping, which is nil where the system has none, must not be let
// go of.
func (name sealedFile) read(mapped bool) (text string, mapping []byte, err error) {
	f, err := os.Open(string(name))
	if err != nil {
		return "", nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return "", nil, err
	}
	size := int(info.Size()) - crc32.Size
	if size < 0 {
		return "", nil, io.ErrUnexpectedEOF
	}
	if mapped {
		if all, err := mapFile(f, size+crc32.Size); err == nil {
			sum := crc32.Checksum(all[:size], crcTable)
			return unsafe.String(unsafe.SliceData(all), size), all, name.compare(sum, all[size:])
		}
	}
	var body strings.Builder // hands its bytes on without a copy
	body.Grow(size)
	sum := crc32.New(crcTable)
	if _, err := io.CopyN(io.MultiWriter(&body, sum), f, int64(size)); err != nil {
		return "", nil, err
	}
	var want [crc32.Size]byte
	if _, err := io.ReadFull(f, want[:]); err != nil {
		return "", nil, err
	}
	return body.String(), nil, name.compare(sum.Sum32(), want[:])
}

func (name sealedFile) compare(sum uint32, want []byte) error {
	if sum != binary.LittleEndian.Uint32(want) {
		return fmt.Errorf("%s differs from its checksum", name)
	}
	return nil
}

// write replaces the file, aside and renamed.
func (name sealedFile) write(b []byte) error {
	b = binary.LittleEndian.AppendUint32(b, crc32.Checksum(b, crcTable))
	dir := filepath.Dir(string(name))
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	tmp, err := os.CreateTemp(dir, "tmp-sealed-")
	if err != nil {
		return err
	}
	_, err = tmp.Write(b)
	if err = errors.Join(err, tmp.Close()); err == nil {
		err = os.Rename(tmp.Name(), string(name))
	}
	if err != nil {
		_ = os.Remove(tmp.Name())
	}
	return err
}
