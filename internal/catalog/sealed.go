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
	"sync"
	"unsafe"
)

// sealedFile is a file that ends in the checksum of what stands before: damage
// shows before anything is believed.
type sealedFile string

var crcTable = crc32.MakeTable(crc32.Castagnoli)

// Mappings are files of the cache that texts stay in until somebody looks at them.
// Nobody knows when the last text is forgotten, so a file stays mapped as long as
// the process lives; of each name only the first version is. The zero value is
// ready, and safe for concurrent use.
type Mappings struct {
	mu    sync.Mutex
	files map[sealedFile]mapping
}

type mapping struct {
	info os.FileInfo
	data []byte
}

// Rest gives back the memory of all texts until they are looked at again. It is
// for when all has been read once.
func (m *Mappings) Rest() {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, f := range m.files {
		dropPages(f.data)
	}
}

// open returns the file's bytes where they are, or can be, mapped; else nil.
func (m *Mappings) open(name sealedFile, f *os.File, info os.FileInfo) []byte {
	m.mu.Lock()
	defer m.mu.Unlock()
	known, ok := m.files[name]
	if ok {
		if os.SameFile(known.info, info) { // it is replaced whole, never written to
			return known.data
		}
		return nil
	}
	data, err := mapFile(f, int(info.Size()))
	if err != nil {
		return nil
	}
	if m.files == nil {
		m.files = map[sealedFile]mapping{}
	}
	m.files[name] = mapping{info, data}
	return data
}

// read returns what the file holds, as a part of a mapping if there may be one.
func (name sealedFile) read(mappings *Mappings) (string, error) {
	f, err := os.Open(string(name))
	if err != nil {
		return "", err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return "", err
	}
	size := int(info.Size()) - crc32.Size
	if size < 0 {
		return "", io.ErrUnexpectedEOF
	}
	if mappings != nil {
		if all := mappings.open(name, f, info); all != nil {
			return unsafe.String(unsafe.SliceData(all), size), name.compare(crc32.Checksum(all[:size], crcTable), all[size:])
		}
	}
	var body strings.Builder // hands its bytes on without a copy
	body.Grow(size)
	sum := crc32.New(crcTable)
	if _, err := io.CopyN(io.MultiWriter(&body, sum), f, int64(size)); err != nil {
		return "", err
	}
	var want [crc32.Size]byte
	if _, err := io.ReadFull(f, want[:]); err != nil {
		return "", err
	}
	return body.String(), name.compare(sum.Sum32(), want[:])
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
