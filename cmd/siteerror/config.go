package main

import (
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// option is what is in force for a flag of serve, and who said so.
type option struct {
	Name  string `json:"name"`
	Value any    `json:"value"` // a string, number, bool or list of strings
	From  string `json:"from"`  // "default", "--addr", "SITEERROR_ADDR", "siteerror.yaml:3"
}

func (c *command) configCommand() *cobra.Command {
	f := &serveFlags{}
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "config",
		Short: "Print what serve would run with, and where each value comes from",
		Long: `Print what serve would run with, and where each value comes from: the command
line, an environment variable, siteerror.yaml, or the default, in that order.
A value that serve would refuse is refused here as well.`,
		Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if _, err := f.prepare(c); err != nil {
				return err
			}
			options := c.options(cmd)
			if asJSON {
				return c.printJSON(options)
			}
			w := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
			for _, o := range options {
				value := fmt.Sprint(o.Value)
				if list, ok := o.Value.([]string); ok {
					value = strings.Join(list, ", ")
				}
				if value == "" {
					value = "-"
				}
				fmt.Fprintf(w, "%s\t%s\t%s\n", o.Name, value, o.From)
			}
			return w.Flush()
		},
	}
	f.registerAll(cmd.Flags())
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

// options lists the flags that cmd shares with serve.
func (c *command) options(cmd *cobra.Command) []option {
	var options []option
	cmd.Root().Flags().VisitAll(func(known *pflag.Flag) {
		f := cmd.Flags().Lookup(known.Name)
		if f == nil || f.Name == "help" {
			return
		}
		o := option{Name: f.Name, Value: f.Value.String(), From: "default"}
		switch f.Value.Type() {
		case "stringArray":
			o.Value = append([]string{}, f.Value.(pflag.SliceValue).GetSlice()...)
		case "bool":
			o.Value = f.Value.String() == "true"
		case "int":
			o.Value, _ = cmd.Flags().GetInt(f.Name)
		}
		if f.Annotations[secretOption] != nil && f.Value.String() != "" {
			o.Value = "(set)"
		}
		if from, ok := c.origins[f.Name]; ok {
			o.From = from
		}
		options = append(options, o)
	})
	return options
}
