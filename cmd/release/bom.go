package main

import (
	"bytes"
	"debug/buildinfo"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
)

// A bill of materials as CycloneDX 1.5 has it, of the modules that the linker
// says are in the binary.
type billOfMaterials struct {
	Format       string       `json:"bomFormat"`
	SpecVersion  string       `json:"specVersion"`
	Version      int          `json:"version"`
	Metadata     metadata     `json:"metadata"`
	Components   []component  `json:"components"`
	Dependencies []dependency `json:"dependencies"`
}

type metadata struct {
	Component component `json:"component"`
}

type component struct {
	Ref        string     `json:"bom-ref"`
	Type       string     `json:"type"`
	Name       string     `json:"name"`
	Version    string     `json:"version"`
	PURL       string     `json:"purl,omitempty"`
	Hashes     []hash     `json:"hashes,omitempty"`
	Properties []property `json:"properties,omitempty"`
}

type hash struct {
	Algorithm string `json:"alg"`
	Content   string `json:"content"`
}

type property struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

type dependency struct {
	Ref       string   `json:"ref"`
	DependsOn []string `json:"dependsOn"`
}

func bom(info *buildinfo.BuildInfo, src source, platform string) ([]byte, error) {
	b := billOfMaterials{Format: "CycloneDX", SpecVersion: "1.5", Version: 1, Components: []component{}}
	b.Metadata.Component = component{Ref: "siteerror", Type: "application", Name: "siteerror", Version: src.version,
		Properties: []property{{"platform", platform}, {"commit", src.revision}}}
	std := strings.TrimPrefix(info.GoVersion, "go")
	b.add(component{Type: "library", Name: "std", Version: info.GoVersion, PURL: "pkg:golang/std@" + std})
	for _, m := range info.Deps {
		m = actual(m)
		c := component{Type: "library", Name: m.Path, Version: m.Version, PURL: "pkg:golang/" + m.Path + "@" + m.Version}
		if sum, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(m.Sum, "h1:")); err == nil && len(sum) > 0 {
			c.Hashes = []hash{{"SHA-256", hex.EncodeToString(sum)}} // as in go.sum: of the module's file list
		}
		b.add(c)
	}
	out, err := json.MarshalIndent(b, "", "  ")
	return append(out, '\n'), err
}

func (b *billOfMaterials) add(c component) {
	c.Ref = c.PURL
	b.Components = append(b.Components, c)
	if b.Dependencies == nil {
		b.Dependencies = []dependency{{Ref: "siteerror"}}
	}
	b.Dependencies[0].DependsOn = append(b.Dependencies[0].DependsOn, c.Ref)
}

// actual is what was linked in a module's place.
func actual(m *debug.Module) *debug.Module {
	if m.Replace != nil {
		return m.Replace
	}
	return m
}

// moduleDirs are the folders of the modules that the build may use, by path.
func moduleDirs() (map[string]string, error) {
	if _, err := output(nil, "go", "mod", "download"); err != nil {
		return nil, err
	}
	out, err := output(nil, "go", "list", "-m", "-f", "{{.Path}}\t{{.Dir}}", "all")
	if err != nil {
		return nil, err
	}
	dirs := map[string]string{}
	for line := range strings.Lines(string(out)) {
		path, dir, _ := strings.Cut(strings.TrimSpace(line), "\t")
		dirs[path] = dir
	}
	return dirs, nil
}

// licenses are the texts under which the parts of a binary are used, which have
// to go with it. A part without one is an error.
func licenses(info *buildinfo.BuildInfo, dirs map[string]string) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString("siteerror contains the following, each under its license.\n")
	add := func(name, dir string) error {
		found := false
		for _, pattern := range []string{"LICENSE*", "LICENCE*", "License*", "license*", "COPYING*", "NOTICE*", "PATENTS"} {
			paths, _ := filepath.Glob(filepath.Join(dir, pattern))
			for _, path := range paths {
				if text, err := os.ReadFile(path); err == nil {
					fmt.Fprintf(&b, "\n%s\n%s, %s\n\n%s\n", strings.Repeat("=", 78), name, filepath.Base(path), bytes.TrimSpace(text))
					found = found || !strings.HasPrefix(pattern, "NOTICE") && pattern != "PATENTS"
				}
			}
		}
		if !found {
			return errors.New(name + " comes without a license")
		}
		return nil
	}
	root, err := output(nil, "go", "env", "GOROOT")
	if err != nil {
		return nil, err
	}
	if err := add("Go "+info.GoVersion, strings.TrimSpace(string(root))); err != nil {
		return nil, err
	}
	for _, m := range info.Deps {
		if err := add(m.Path+" "+actual(m).Version, dirs[m.Path]); err != nil {
			return nil, err
		}
	}
	return b.Bytes(), nil
}
