// Command release builds what a release consists of: for each platform an archive
// with the binary, its manual, completions and files for operators, and a list of
// what it is made of (CycloneDX); and the checksums of it all. The same commit
// and the same Go make the same bytes, on any machine and in any folder.
package main

import (
	"crypto/sha256"
	"debug/buildinfo"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"
)

// platforms are what is built for, as GOOS/GOARCH.
var platforms = []string{"linux/amd64", "linux/arm64", "darwin/amd64", "darwin/arm64", "windows/amd64", "windows/arm64"}

// shipped are the files of the repository that every archive holds, and the
// folder they go to.
var shipped = map[string]string{"LICENSE": "", "README.md": "", "cmd/siteerror/deploy/*": "deploy"}

func main() {
	out := flag.String("out", "dist", "folder to write, emptied first")
	version := flag.String("version", "devel", "the release's version")
	only := flag.String("only", "", "only this platform, as GOOS/GOARCH")
	flag.Parse()
	todo := platforms
	if *only != "" {
		todo = []string{*only}
	}
	if err := release(*out, *version, todo); err != nil {
		fmt.Fprintln(os.Stderr, "release:", err)
		os.Exit(1)
	}
}

func release(out, version string, platforms []string) error {
	host := runtime.GOOS + "/" + runtime.GOARCH
	src, err := headCommit(version)
	if err != nil {
		return err
	}
	if err := os.RemoveAll(out); err != nil {
		return err
	}
	work, err := os.MkdirTemp("", "release")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	common, err := repositoryFiles()
	if err != nil {
		return err
	}
	modules, err := moduleDirs()
	if err != nil {
		return err
	}
	binaries := map[string]string{}
	for _, p := range append([]string{host}, platforms...) { // the host's own writes the manual
		if binaries[p] != "" {
			continue
		}
		fmt.Println("building for", p)
		if binaries[p], err = build(work, p, src); err != nil {
			return err
		}
	}
	generated, err := generate(binaries[host], work)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	for _, p := range platforms {
		info, err := buildinfo.ReadFile(binaries[p])
		if err != nil {
			return err
		}
		name := "siteerror_" + strings.TrimPrefix(version, "v") + "_" + strings.ReplaceAll(p, "/", "_")
		list, err := bom(info, src, p)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(out, name+".cdx.json"), list, 0o644); err != nil {
			return err
		}
		licenses, err := licenses(info, modules)
		if err != nil {
			return err
		}
		binary, err := os.ReadFile(binaries[p])
		if err != nil {
			return err
		}
		files := slices.Concat(common, generated, []file{
			{filepath.Base(binaries[p]), binary, true}, {"THIRD_PARTY_LICENSES", licenses, false},
		})
		if err := pack(out, name, strings.HasPrefix(p, "windows/"), files, src.when); err != nil {
			return err
		}
	}
	return checksums(out)
}

// source is what a release is made of.
type source struct {
	version  string
	revision string    // the commit
	when     time.Time // it was made: every file in an archive says so
}

func headCommit(version string) (source, error) {
	out, err := output(nil, "git", "log", "-1", "--format=%H %ct")
	if err != nil {
		return source{}, err
	}
	revision, stamp, _ := strings.Cut(strings.TrimSpace(string(out)), " ")
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	return source{version, revision, time.Unix(seconds, 0).UTC()}, err
}

// build makes the binary for a platform. The go command's own stamp is left out:
// it depends on how the repository was checked out.
func build(work, platform string, src source) (string, error) {
	goos, goarch, _ := strings.Cut(platform, "/")
	binary := filepath.Join(work, goos+"_"+goarch, "siteerror")
	if goos == "windows" {
		binary += ".exe"
	}
	_, err := output([]string{"CGO_ENABLED=0", "GOOS=" + goos, "GOARCH=" + goarch, "GOAMD64=v1", "GOARM64=v8.0", "GOFLAGS="},
		"go", "build", "-trimpath", "-buildvcs=false", "-tags", "nomsgpack",
		"-ldflags", "-s -w -X main.released="+src.version+" -X main.committed="+src.when.Format(time.RFC3339), "-o", binary, "./cmd/siteerror")
	return binary, err
}

// generate has the binary write its manual and its completions.
func generate(binary, work string) ([]file, error) {
	dir := filepath.Join(work, "man")
	if err := os.Mkdir(dir, 0o755); err != nil {
		return nil, err
	}
	if _, err := output(nil, binary, "man", dir); err != nil {
		return nil, err
	}
	pages, err := filepath.Glob(filepath.Join(dir, "*.1"))
	if err != nil || len(pages) == 0 {
		return nil, errors.Join(errors.New("there are no manual pages"), err)
	}
	var files []file
	for _, page := range pages {
		src, err := os.ReadFile(page)
		if err != nil {
			return nil, err
		}
		files = append(files, file{"man/" + filepath.Base(page), src, false})
	}
	for shell, name := range map[string]string{"bash": "siteerror.bash", "zsh": "_siteerror", "fish": "siteerror.fish", "powershell": "siteerror.ps1"} {
		src, err := output(nil, binary, "completion", shell)
		if err != nil {
			return nil, err
		}
		files = append(files, file{"completions/" + name, src, false})
	}
	return files, nil
}

func repositoryFiles() ([]file, error) {
	var files []file
	for pattern, dir := range shipped {
		paths, err := filepath.Glob(pattern)
		if err != nil || len(paths) == 0 {
			return nil, errors.Join(fmt.Errorf("there is no %s: run this at the top of the repository", pattern), err)
		}
		for _, path := range paths {
			src, err := os.ReadFile(path)
			if err != nil {
				return nil, err
			}
			files = append(files, file{filepath.ToSlash(filepath.Join(dir, filepath.Base(path))), src, false})
		}
	}
	return files, nil
}

// checksums writes SHA256SUMS, which “sha256sum -c” reads.
func checksums(out string) error {
	entries, err := os.ReadDir(out)
	if err != nil {
		return err
	}
	var b strings.Builder
	for _, e := range entries { // sorted by name
		src, err := os.ReadFile(filepath.Join(out, e.Name()))
		if err != nil {
			return err
		}
		fmt.Fprintf(&b, "%x  %s\n", sha256.Sum256(src), e.Name())
	}
	fmt.Print(b.String())
	return os.WriteFile(filepath.Join(out, "SHA256SUMS"), []byte(b.String()), 0o644)
}

func output(env []string, name string, args ...string) ([]byte, error) {
	cmd := exec.Command(name, args...)
	cmd.Env = append(os.Environ(), env...)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", name, strings.Join(args, " "), err)
	}
	return out, nil
}
