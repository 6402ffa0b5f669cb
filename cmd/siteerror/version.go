package main

import (
	"debug/elf"
	"encoding/hex"
	"fmt"
	"runtime"
	"runtime/debug"
	"time"

	"github.com/spf13/cobra"
)

// released is the version that a build stamps: -ldflags "-X main.released=v1.2.3".
var released string

// committed is when its source was committed (RFC 3339), stamped like released.
var committed string

func version() string {
	if released != "" {
		return released
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "devel"
}

// built is when the source that this binary was made of was committed, the zero
// time if nobody has noted it.
func built() time.Time {
	if t, err := time.Parse(time.RFC3339, committed); err == nil {
		return t
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if t, err := time.Parse(time.RFC3339, s.Value); s.Key == "vcs.time" && err == nil {
				return t
			}
		}
	}
	return time.Time{}
}

// program names this binary for caches, which another must not believe: by the id that Go's linker derives from all that
// it is made of, where the system's binaries have a place for it.
func program() string {
	name := version() + " " + built().UTC().Format(time.RFC3339)
	f, err := elf.Open("/proc/self/exe")
	if err != nil {
		return name
	}
	defer f.Close()
	if note := f.Section(".note.go.buildid"); note != nil {
		id, _ := note.Data() // a name without it is shared with more
		name += " " + hex.EncodeToString(id)
	}
	return name
}

func (c *command) versionCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "version", Short: "Print the version", Args: usage(cobra.NoArgs),
		RunE: func(*cobra.Command, []string) error {
			if asJSON {
				return c.printJSON(struct {
					Version  string `json:"version"`
					Go       string `json:"go"`
					Platform string `json:"platform"`
				}{version(), runtime.Version(), runtime.GOOS + "/" + runtime.GOARCH})
			}
			_, err := fmt.Fprintf(c.out, "siteerror %s\n", version())
			return err
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}
