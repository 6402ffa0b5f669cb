package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

func (c *command) manCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "man [DIR]",
		Short: "Print the manual page, or write one for each command into DIR",
		Example: `  siteerror man | man -l -
  siteerror man /usr/local/share/man/man1`,
		Args: usage(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			commands := manual(cmd.Root())
			if len(args) == 0 && asJSON {
				return c.printJSON(map[string]any{"commands": commands})
			}
			date := built()
			if date.IsZero() {
				date = time.Now()
			}
			if len(args) == 0 {
				return manPages(commands, func(e manualEntry, others []string) error {
					if e.Name != cmd.Root().Name() {
						return nil
					}
					return writeMan(c.out, e, others, date)
				})
			}
			if info, err := os.Stat(args[0]); err != nil {
				return err
			} else if !info.IsDir() {
				return errors.New(args[0] + " is no folder")
			}
			var files []string
			err := manPages(commands, func(e manualEntry, others []string) error {
				f, err := os.Create(filepath.Join(args[0], manID(e.Name)+".1"))
				if err != nil {
					return err
				}
				files = append(files, f.Name())
				return errors.Join(writeMan(f, e, others, date), f.Close())
			})
			if err != nil || !asJSON {
				return err
			}
			return c.printFiles(files, asJSON)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the commands and their flags as JSON, or the files that were written")
	return cmd
}

// manualEntry is a command as the manual has it.
type manualEntry struct {
	Name    string       `json:"name"` // "siteerror serve"
	Usage   string       `json:"usage"`
	Short   string       `json:"short"`
	Long    string       `json:"long,omitempty"`
	Example string       `json:"example,omitempty"`
	Flags   []manualFlag `json:"flags"`
}

type manualFlag struct {
	Name     string `json:"name"`
	Type     string `json:"type"`
	Default  string `json:"default"`
	Says     string `json:"says"`
	Variable string `json:"variable"` // the environment's
}

// manual lists cmd and the commands below it.
func manual(cmd *cobra.Command) []manualEntry {
	e := manualEntry{Name: cmd.CommandPath(), Usage: cmd.UseLine(), Short: cmd.Short, Long: cmd.Long, Example: strings.TrimSpace(cmd.Example), Flags: []manualFlag{}}
	cmd.NonInheritedFlags().VisitAll(func(f *pflag.Flag) {
		if !f.Hidden && f.Name != "help" {
			e.Flags = append(e.Flags, manualFlag{f.Name, f.Value.Type(), f.DefValue, f.Usage, environment(f.Name)})
		}
	})
	all := []manualEntry{e}
	for _, sub := range cmd.Commands() {
		if sub.IsAvailableCommand() {
			all = append(all, manual(sub)...)
		}
	}
	return all
}
