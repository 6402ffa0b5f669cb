package main

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"siteerror/internal/catalog"
	"siteerror/internal/server"
)

// catalog loads the content for one answer that needs no index.
func (c *command) catalog(ctx context.Context, f *contentFlags) (*catalog.Catalog, func(), error) {
	cfg, err := c.libraryConfig(f, c.quiet())
	if err != nil {
		return nil, nil, err
	}
	sources, done, err := cfg.Sources()
	if err != nil {
		return nil, nil, err
	}
	cfg.Options.Cache = cfg.Cache
	cat, err := catalog.Load(ctx, sources, cfg.Options)
	if err != nil {
		done()
		return nil, nil, err
	}
	return cat, done, nil
}

func (c *command) showCommand() *cobra.Command {
	f := &contentFlags{}
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "show ID",
		Short: "Print a page: 502, nginx-499, 404.13, a post's slug or a doc's path",
		Args:  usage(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			cat, done, err := c.catalog(cmd.Context(), f)
			if err != nil {
				return err
			}
			defer done()
			id := strings.TrimSuffix(args[0], ".md")
			if asJSON {
				return c.showJSON(cat, id, f.shapes())
			}
			return c.show(cat, id)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON, as /api/v1/codes/{id} answers")
	f.register(cmd.Flags())
	cmd.ValidArgsFunction = completeIDs(f, 1, true)
	return cmd
}

// find returns what id names: one code, a post's or a doc's page, or the codes
// of the several vendors that use a number. The error is catalog.ErrNotFound.
func find(cat *catalog.Catalog, id string) (codes []*catalog.Code, page *catalog.Page, err error) {
	code, _, err := cat.Find(id)
	if err == nil {
		return []*catalog.Code{code}, nil, nil
	}
	if codes := cat.ByNumber(id); len(codes) > 0 {
		return codes, nil, nil
	}
	if post, err := cat.Post(id); err == nil {
		return nil, &post.Page, nil
	}
	if doc, err := cat.Doc(id); err == nil {
		return nil, &doc.Page, nil
	}
	return nil, nil, err
}

func (c *command) show(cat *catalog.Catalog, id string) error {
	codes, page, err := find(cat, id)
	p := c.printer()
	switch {
	case err != nil:
		return err
	case page != nil:
		p.Page(cat, *page)
	case len(codes) == 1:
		p.Code(cat, codes[0])
	default:
		p.Choice(id, codes, func(code *catalog.Code) string { return p.Style("bold", code.ID) })
	}
	return p.Err()
}

func (c *command) showJSON(cat *catalog.Catalog, id string, shapes server.Shapes) error {
	codes, page, err := find(cat, id)
	switch {
	case err != nil:
		return err
	case page != nil:
		return c.printJSON(shapes.Page(*page))
	case len(codes) == 1:
		return c.printJSON(shapes.Code(codes[0]))
	}
	return c.printJSON(shapes.Codes(codes))
}

func (c *command) compareCommand() *cobra.Command {
	f := &contentFlags{}
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "compare ID ID…",
		Short: "Compare two to four codes point by point",
		Args:  usage(cobra.RangeArgs(2, catalog.MaxCompared)),
		RunE: func(cmd *cobra.Command, args []string) error {
			cat, done, err := c.catalog(cmd.Context(), f)
			if err != nil {
				return err
			}
			defer done()
			cmp, err := cat.Compare(args)
			if err != nil {
				return err
			}
			if asJSON {
				return c.printJSON(f.shapes().Comparison(cmp))
			}
			p := c.printer()
			p.Comparison(cat, cmp)
			return p.Err()
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON, as /api/v1/compare answers")
	f.register(cmd.Flags())
	cmd.ValidArgsFunction = completeIDs(f, catalog.MaxCompared, false)
	return cmd
}

// completion is what a shell offers for an argument.
type completion = func(cmd *cobra.Command, args []string, begun string) ([]string, cobra.ShellCompDirective)

// completeIDs offers the ids of codes, and of posts and docs where pages is set,
// with what each is about.
func completeIDs(f *contentFlags, most int, pages bool) completion {
	return func(cmd *cobra.Command, args []string, begun string) ([]string, cobra.ShellCompDirective) {
		if len(args) >= most {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return offer(cmd, f, begun, func(cat *catalog.Catalog) []string {
			var ids []string
			for _, code := range cat.Codes {
				ids = append(ids, code.ID+"\t"+code.Name)
			}
			if pages {
				for _, p := range cat.Posts {
					ids = append(ids, p.ID+"\t"+p.Title)
				}
				for _, d := range cat.Docs {
					ids = append(ids, d.ID+"\t"+d.Title)
				}
			}
			return ids
		})
	}
}

// completeFlag offers values for a flag.
func completeFlag(cmd *cobra.Command, flag string, values func(*catalog.Catalog) []string, f *contentFlags) {
	err := cmd.RegisterFlagCompletionFunc(flag, func(cmd *cobra.Command, _ []string, begun string) ([]string, cobra.ShellCompDirective) {
		return offer(cmd, f, begun, values)
	})
	if err != nil { // there is no such flag, or it has one already
		panic(err)
	}
}

// offer loads the content and picks what begins as begun does. Whatever goes
// wrong, a shell wants no message in the middle of a line.
func offer(cmd *cobra.Command, f *contentFlags, begun string, values func(*catalog.Catalog) []string) ([]string, cobra.ShellCompDirective) {
	c := &command{out: cmd.OutOrStdout(), err: cmd.ErrOrStderr()}
	if _, _, err := settle(cmd); err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	cat, done, err := c.catalog(cmd.Context(), f)
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	defer done()
	var fit []string
	for _, v := range values(cat) {
		if len(v) >= len(begun) && strings.EqualFold(v[:len(begun)], begun) {
			fit = append(fit, v)
		}
	}
	return fit, cobra.ShellCompDirectiveNoFileComp
}
