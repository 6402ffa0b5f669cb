package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"siteerror/internal/gate"
)

func (c *command) htpasswdCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "htpasswd NAME",
		Short: "Read a password and print the line that lets NAME in, for serve --htpasswd",
		Example: `  siteerror htpasswd ann >> users
  siteerror serve --htpasswd users`,
		Args: usage(cobra.ExactArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error {
			password, err := c.password()
			if err != nil {
				return err
			}
			line, err := gate.Hash(args[0], password)
			if err != nil {
				return err
			}
			if asJSON {
				return c.printJSON(map[string]any{"name": args[0], "line": strings.TrimSpace(line)})
			}
			_, err = io.WriteString(c.out, line)
			return err
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the name and the line as JSON")
	return cmd
}

// password reads a line, unseen and twice if a person types it.
func (c *command) password() (string, error) {
	f, ok := c.in.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		line, err := bufio.NewReader(c.in).ReadString('\n')
		if errors.Is(err, io.EOF) {
			err = nil
		}
		return strings.TrimRight(line, "\r\n"), err
	}
	ask := func(prompt string) (string, error) {
		fmt.Fprint(c.err, prompt)
		b, err := term.ReadPassword(int(f.Fd()))
		fmt.Fprintln(c.err)
		return string(b), err
	}
	first, err := ask("Password: ")
	if err != nil {
		return "", err
	}
	second, err := ask("Again: ")
	if err == nil && first != second {
		err = errors.New("the two are not the same")
	}
	return first, err
}
