package index

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/blevesearch/bleve/v2/index/scorch"
	bleve "github.com/blevesearch/bleve_index_api"
)

// ErrStale says that a folder holds no index of these documents and this configuration.
var ErrStale = errors.New("no index of these documents")

// ErrDamaged says that an index on disk is not as it was written.
var ErrDamaged = errors.New("index is damaged")

// formatVersion is part of an index's key. Raise it whenever analysis or mapping change.
const formatVersion = "9"

// segmentVersion is the version of zap, Bleve's format, whose dictionaries share suffixes as well as prefixes: a quarter less
// room than the newest's, which shares prefixes alone to be written faster.
const segmentVersion = 16

const (
	dirPrefix = "index-"
	tmpPrefix = "tmp-" + dirPrefix
	sealName  = "seal.json"
	// lockWait is how long to wait for the lock of Bleve's root file. Readers share it, so only a stranger holds it.
	lockWait = "1s"
)

// seal lists the files of an index with their checksums, which tell damage; who may write in the folder may do everything
// anyway. It is written last.
type seal struct {
	Key   string            `json:"key"`
	Files map[string]uint32 `json:"files"` // CRC-32C
}

func buildOnDisk(ctx context.Context, x *Index, cfg Config) (_ *store, err error) {
	if err := os.MkdirAll(cfg.Dir, 0o700); err != nil {
		return nil, err
	}
	tmp, err := os.MkdirTemp(cfg.Dir, tmpPrefix)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(tmp)) }()

	docs, err := x.dictionary(ctx)
	if err != nil {
		return nil, err
	}
	builder, err := scorch.NewBuilder(map[string]any{
		"path":                tmp,
		"buildPathPrefix":     tmp,
		"forceSegmentType":    "zap",
		"forceSegmentVersion": segmentVersion,
		"batchSize":           (len(docs) + 1) / 2, // terms of one document take less room when segments are merged
	})
	if err != nil {
		return nil, err
	}
	for _, doc := range docs {
		if err := builder.Index(doc); err != nil {
			return nil, err
		}
	}
	if err := builder.Close(); err != nil {
		return nil, err
	}
	key := cacheKey(x.docs, cfg)
	if err := writeSeal(tmp, key); err != nil {
		return nil, err
	}
	dir := filepath.Join(cfg.Dir, dirPrefix+key)
	if err := os.Rename(tmp, dir); err != nil { // a damaged one, or another process's of the same key
		if err := os.RemoveAll(dir); err != nil {
			return nil, err
		}
		if err := os.Rename(tmp, dir); err != nil {
			return nil, err
		}
	}
	tidy(cfg.Dir)
	return openStore(ctx, x, cfg)
}

// What a folder keeps of earlier contents. Other processes may share it, so that more than the newest is of use.
const (
	keptIndexes = 4
	keptAside   = time.Hour // an unfinished index this old belongs to a process that is gone
)

// tidy deletes what is no longer of use in a cache folder. A process that has an index open keeps its files until it closes
// them; what cannot be deleted stays.
func tidy(dir string) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return
	}
	var indexes []fs.FileInfo
	for _, e := range entries {
		info, err := e.Info()
		switch {
		case err != nil || !e.IsDir():
		case strings.HasPrefix(e.Name(), dirPrefix):
			indexes = append(indexes, info)
		case strings.HasPrefix(e.Name(), tmpPrefix) && time.Since(info.ModTime()) > keptAside:
			_ = os.RemoveAll(filepath.Join(dir, e.Name()))
		}
	}
	slices.SortFunc(indexes, func(a, b fs.FileInfo) int { return b.ModTime().Compare(a.ModTime()) })
	for _, old := range indexes[min(len(indexes), keptIndexes):] {
		_ = os.RemoveAll(filepath.Join(dir, old.Name()))
	}
}

func openStore(ctx context.Context, x *Index, cfg Config) (*store, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	key := cacheKey(x.docs, cfg)
	dir := filepath.Join(cfg.Dir, dirPrefix+key)
	if cfg.Dir == "" {
		return nil, fmt.Errorf("%w: no folder is configured", ErrStale)
	}
	if err := checkSeal(dir, key); err != nil {
		return nil, err
	}
	idx, err := scorch.NewScorch(scorch.Name, map[string]any{"path": dir, "read_only": true, "bolt_timeout": lockWait},
		bleve.NewAnalysisQueue(0))
	if err != nil {
		return nil, err
	}
	if err := idx.Open(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	now := time.Now()
	_ = os.Chtimes(dir, now, now) // so that tidy knows what is in use
	return newStore(idx, len(x.docs))
}

func writeSeal(dir, key string) error {
	files, err := checksums(dir)
	if err != nil {
		return err
	}
	data, err := json.Marshal(seal{Key: key, Files: files})
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, sealName), data, 0o600)
}

// checkSeal compares every file of dir with its seal.
func checkSeal(dir, key string) error {
	name := filepath.Join(dir, sealName)
	if info, err := os.Stat(name); err == nil && !info.Mode().IsRegular() { // a pipe would never end
		return fmt.Errorf("%w: %s is not a regular file", ErrDamaged, name)
	}
	data, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%w in %s", ErrStale, filepath.Dir(dir))
	}
	if err != nil {
		return err
	}
	var want seal
	if err := json.Unmarshal(data, &want); err != nil || want.Key != key {
		return fmt.Errorf("%w: %s is not its seal", ErrDamaged, name)
	}
	got, err := checksums(dir)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	for name := range want.Files {
		if got[name] != want.Files[name] {
			return fmt.Errorf("%w: %s differs from its checksum", ErrDamaged, filepath.Join(dir, name))
		}
	}
	if len(got) != len(want.Files) || len(got) == 0 {
		return fmt.Errorf("%w: %s holds other files than were written", ErrDamaged, dir)
	}
	return nil
}

// checksums returns the CRC-32C of each file in dir but the seal.
func checksums(dir string) (map[string]uint32, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	sums := make(map[string]uint32)
	for _, e := range entries {
		if e.Name() == sealName {
			continue
		}
		if !e.Type().IsRegular() {
			return nil, fmt.Errorf("%s is not a regular file", e.Name())
		}
		h := crc32.New(crc32.MakeTable(crc32.Castagnoli))
		f, err := os.Open(filepath.Join(dir, e.Name()))
		if err != nil {
			return nil, err
		}
		_, err = io.Copy(h, f)
		if err = errors.Join(err, f.Close()); err != nil {
			return nil, err
		}
		sums[e.Name()] = h.Sum32()
	}
	return sums, nil
}

// cacheKey names the index of docs under cfg and this format.
func cacheKey(docs []Document, cfg Config) string {
	h := keyHash{sum: sha256.New(), buf: make([]byte, 0, 64<<10), lengths: cfg.Content != ""}
	h.list(formatVersion)
	for _, group := range cfg.Synonyms {
		h.list(group...)
	}
	h.list("docs", cfg.Content)
	for i := range docs {
		d := &docs[i]
		h.list(d.ID, d.Code, d.VendorName)
		h.texts(d.Title, d.Summary)
		for _, texts := range [...][]string{d.Tags, d.Aliases, d.Symptoms, d.Signatures, d.Constants} {
			h.texts(texts...)
		}
		for s := range d.Sections {
			h.texts(d.Sections[s].Title, d.Sections[s].Text)
		}
	}
	h.flush()
	return hex.EncodeToString(h.sum.Sum(nil))[:32]
}

// keyHash collects texts for a hash, so that it is fed in large pieces.
type keyHash struct {
	sum     hash.Hash
	buf     []byte
	lengths bool // are enough of the pages' texts
}

// list adds texts with their lengths, so that no two different lists look alike.
func (h *keyHash) list(texts ...string) {
	h.buf = binary.AppendUvarint(h.buf, uint64(len(texts)))
	for _, s := range texts {
		h.buf = binary.AppendUvarint(h.buf, uint64(len(s)))
		h.buf = append(h.buf, s...)
	}
	if len(h.buf) > 32<<10 {
		h.flush()
	}
}

// texts adds texts of a page, or their lengths.
func (h *keyHash) texts(texts ...string) {
	if !h.lengths {
		h.list(texts...)
		return
	}
	h.buf = binary.AppendUvarint(h.buf, uint64(len(texts)))
	for _, s := range texts {
		h.buf = binary.AppendUvarint(h.buf, uint64(len(s)))
	}
}

func (h *keyHash) flush() {
	h.sum.Write(h.buf)
	h.buf = h.buf[:0]
}
