package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"siteerror/internal/config"
	"siteerror/internal/markdown"
)

// Exit statuses, as the contract has them.
const (
	exitDone   = 0
	exitFailed = 1 // it failed, or found nothing
	exitUsage  = 2
)

// usageError is a mistake in how the command was called.
type usageError struct{ error }

// errSilent fails the command without a word: all has been said.
var errSilent = errors.New("")

// command is what the subcommands share.
type command struct {
	in       io.Reader
	out, err io.Writer

	file    *config.File // siteerror.yaml, or nil
	origins origins
}

// run executes the command line args and returns the exit status.
func run(ctx context.Context, args []string, in io.Reader, out, errOut io.Writer) int {
	c := &command{in: in, out: out, err: errOut}
	root := c.root()
	root.SetArgs(args)
	root.SetIn(in)
	root.SetOut(out)
	root.SetErr(errOut)
	err := root.ExecuteContext(ctx)
	var usage usageError
	var problems markdown.Problems
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &usage):
		fmt.Fprintf(errOut, "siteerror: %v\nTry 'siteerror --help'.\n", err)
		return exitUsage
	case errors.Is(err, errSilent):
		return exitFailed
	case errors.As(err, &problems):
		fmt.Fprintln(errOut, problems.Error()) // as check prints them, one a line
		return exitFailed
	}
	fmt.Fprintf(errOut, "siteerror: %v\n", err)
	return exitFailed
}

func (c *command) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "siteerror",
		Short: "Your friendly guide to HTTP status codes, searchable",
		Long: `siteerror serves a full-text searchable library about HTTP status codes, with
your own Markdown beside it. Without a command it serves on ` + defaultAddr + `.

Every flag can be set by an environment variable, --base-url by SITEERROR_BASE_URL,
or below "server:" in siteerror.yaml. The command line comes first, the file last.
Exit status: 0 done, 1 it failed or found nothing, 2 wrong usage.`,
		SilenceUsage:  true,
		SilenceErrors: true,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usageError{fmt.Errorf("unknown command %q%s", args[0], suggestion(cmd, args[0]))}
			}
			return nil
		},
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) (err error) {
			if cmd.Name() == cobra.ShellCompRequestCmd || cmd.Name() == cobra.ShellCompNoDescRequestCmd {
				return nil // a shell asks; see offer
			}
			c.file, c.origins, err = settle(cmd)
			return err
		},
	}
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{flagMistake(err)} })
	serve := c.serveCommand()
	root.RunE = serve.RunE // the default; it reads the same flags
	root.Flags().AddFlagSet(serve.Flags())
	root.PersistentFlags().String(configFlag, "", "file of settings; "+config.Name+" in the working directory if there is one")
	root.AddCommand(serve, c.checkCommand(), c.searchCommand(), c.showCommand(), c.compareCommand(), c.newCommand(), c.diagnoseCommand(), c.mcpCommand(), c.missesCommand(), c.configCommand(), c.htpasswdCommand(), c.manCommand(), c.readyCommand(), c.versionCommand())
	return root
}

func suggestion(cmd *cobra.Command, word string) string {
	if s := cmd.SuggestionsFor(word); len(s) > 0 {
		return fmt.Sprintf(" (did you mean %q?)", s[0])
	}
	return ""
}

// usage makes the errors of an argument check wrong usage.
func usage(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if err := check(cmd, args); err != nil {
			return usageError{fmt.Errorf("%s: %w; write: %s", cmd.Name(), err, strings.TrimSuffix(cmd.UseLine(), " [flags]"))}
		}
		return nil
	}
}

// environment is the variable that sets a flag.
func environment(flag string) string {
	return "SITEERROR_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}
