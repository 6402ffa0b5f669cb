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
	"time"
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

// text returns what the file at path holds, which is or becomes the one of that
// name; false where it is damaged or another version of it is mapped.
func (m *Mappings) text(name sealedFile, path string) (string, bool) {
	f, info, err := openRegular(path)
	if err != nil {
		return "", false
	}
	defer f.Close()
	if info.Size() < crc32.Size {
		return "", false
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	known, ok := m.files[name]
	if ok && !os.SameFile(known.info, info) { // it is replaced whole, never written to
		return "", false
	}
	if !ok {
		data, err := mapFile(f, int(info.Size()))
		if err != nil {
			return "", false
		}
		if m.files == nil {
			m.files = map[sealedFile]mapping{}
		}
		known = mapping{info, data}
		m.files[name] = known
	}
	body := known.data[:len(known.data)-crc32.Size]
	sum := crc32.New(crcTable) // reading takes half the time that the mapping's pages would, and does not fault where somebody has cut them off
	if _, err := io.CopyBuffer(sum, io.LimitReader(f, int64(len(body))), make([]byte, 256<<10)); err != nil {
		return "", false
	}
	var want [crc32.Size]byte
	if _, err := io.ReadFull(f, want[:]); err != nil {
		return "", false
	}
	return unsafe.String(unsafe.SliceData(body), len(body)), name.compare(sum.Sum32(), want[:]) == nil
}

// openRegular opens a file, and nothing that may keep a start waiting, as a pipe does.
func openRegular(path string) (*os.File, os.FileInfo, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, nil, fmt.Errorf("%s is not a regular file", path)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	if info, err = f.Stat(); err != nil {
		_ = f.Close()
	}
	return f, info, err
}

// read returns what the file holds, where there is no mapping of it.
func (name sealedFile) read() (string, error) {
	f, info, err := openRegular(string(name))
	if err != nil {
		return "", err
	}
	defer f.Close()
	size := info.Size() - crc32.Size
	if size < 0 {
		return "", io.ErrUnexpectedEOF
	}
	var body strings.Builder // hands its bytes on without a copy
	body.Grow(int(size))
	sum := crc32.New(crcTable)
	if _, err := io.CopyN(io.MultiWriter(&body, sum), f, size); err != nil {
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

// staged is what is to become a file of the cache, under another name.
type staged struct {
	tmp  string
	file sealedFile
}

const (
	stagedPrefix = "tmp-sealed-"
	keptStaged   = time.Hour // an older one belongs to a process that is gone
)

// tidyStaged removes what processes have left that ended before they were done.
func tidyStaged(dir string) {
	names, _ := filepath.Glob(filepath.Join(dir, stagedPrefix+"*"))
	for _, name := range names {
		if info, err := os.Stat(name); err == nil && time.Since(info.ModTime()) > keptStaged {
			_ = os.Remove(name)
		}
	}
}

// stage writes b and its checksum.
func (name sealedFile) stage(b []byte) (staged, error) {
	b = binary.LittleEndian.AppendUint32(b, crc32.Checksum(b, crcTable))
	dir := filepath.Dir(string(name))
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return staged{}, err
	}
	tidyStaged(dir)
	tmp, err := os.CreateTemp(dir, stagedPrefix)
	if err != nil {
		return staged{}, err
	}
	_, err = tmp.Write(b)
	if err = errors.Join(err, tmp.Close()); err != nil {
		_ = os.Remove(tmp.Name())
	}
	return staged{tmp.Name(), name}, err
}

func (s staged) commit() error { return os.Rename(s.tmp, string(s.file)) }

// discard is harmless after commit.
func (s staged) discard() { _ = os.Remove(s.tmp) }
