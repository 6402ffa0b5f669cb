package main

import (
	"errors"
	"os"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
)

func (c *command) manCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "man [DIR]",
		Short: "Print the manual page, or write one for each command into DIR",
		Example: `  siteerror man | man -l -
  siteerror man /usr/local/share/man/man1`,
		Args: usage(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			header := &doc.GenManHeader{Section: "1", Source: "siteerror " + version(), Manual: "siteerror"}
			if date := built(); !date.IsZero() {
				header.Date = &date
			}
			root := cmd.Root()
			root.DisableAutoGenTag = true // the same source makes the same pages
			if len(args) == 0 {
				return doc.GenMan(root, header, c.out)
			}
			if info, err := os.Stat(args[0]); err != nil {
				return err
			} else if !info.IsDir() {
				return errors.New(args[0] + " is no folder")
			}
			return doc.GenManTree(root, header, args[0])
		},
	}
}
