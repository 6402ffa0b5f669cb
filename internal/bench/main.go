// Command bench measures the search against its peers, Bleve as it comes and SQLite's FTS5, on the same pages and queries in
// the same run, and prints the goals table. It is a module of its own, so that the server depends on none of the peers.
//
// A page is measured against NGINX, where that is installed.
//
// Figures are processor time: wall-clock time on a busy machine means little. All engines take turns in every round, and every
// ratio is of figures of the same round.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run() error {
	trees := filepath.SplitList(os.Getenv("SITEERROR_BENCH_TREES"))
	flag.Func("tree", "folder of Markdown to measure with; repeatable (SITEERROR_BENCH_TREES, separated as in PATH)", func(s string) error {
		trees = append(trees, s)
		return nil
	})
	made := flag.Int("pages", 3000, "pages to make up where no tree is given; 0 for none")
	turns := flag.Int("rounds", 5, "rounds")
	binary := flag.String("siteerror", "", "the program, to measure requests over HTTP; without it that goal is left out")
	flag.Parse()
	if *turns < 1 || flag.NArg() > 0 {
		return errors.New("give at least one round, and no arguments")
	}

	tmp, err := os.MkdirTemp("", "siteerror-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp)
	if len(trees) == 0 && *made > 0 {
		dir := filepath.Join(tmp, "made up")
		if err := os.Mkdir(dir, 0o755); err != nil {
			return err
		}
		if err := synthetic(dir, *made); err != nil {
			return err
		}
		trees = append(trees, dir)
	}

	c, err := shipped()
	for i := 0; err == nil; i++ {
		if err = measure(c, *turns, *binary, filepath.Join(tmp, strconv.Itoa(i))); err != nil || i == len(trees) {
			break
		}
		c, err = tree(filepath.Base(trees[i]), trees[i])
	}
	return err
}

// figures are what one round after the other gave, by engine and name.
type figures map[string]rounds

func (f figures) add(engine, name string, value float64) {
	f[engine+" "+name] = append(f[engine+" "+name], value)
}

func micros(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1000 }

// measure runs all rounds over one corpus and prints its table.
func measure(c *corpus, turns int, binary, tmp string) error {
	fmt.Printf("\n## %s: %d pages, %.1f MB of Markdown, %d queries, %d rounds\n\n", c.name, len(c.docs), float64(c.markdown)/1e6, len(c.queries), turns)
	f := figures{}
	engines := make([]engine, len(builders))
	for turn := range turns {
		for i, b := range builders {
			dir := filepath.Join(tmp, b.name+strconv.Itoa(turn))
			if err := os.MkdirAll(dir, 0o755); err != nil {
				return err
			}
			start := cpu()
			e, err := b.build(c, dir)
			if err != nil {
				return fmt.Errorf("%s: %w", b.name, err)
			}
			f.add(b.name, "build", micros(cpu()-start))
			if turn < turns-1 && turns > 1 { // the last one is searched
				if err := errors.Join(e.close(), os.RemoveAll(dir)); err != nil {
					return err
				}
				continue
			}
			engines[i] = e
			defer e.close()
			n, err := size(dir)
			if err != nil {
				return err
			}
			f.add(b.name, "size", float64(n))
		}
	}
	web, err := serve(c, binary)
	if err != nil {
		return err
	}
	defer web.close()
	var peer *website // for pages
	if web != nil && c.dir == "" {
		if peer, err = nginx(web, filepath.Join(tmp, "nginx")); err != nil {
			return err
		}
		defer peer.close()
	}

	for turn := range turns + 1 { // the first warms up and does not count
		count := func(engine, name string, value float64) {
			if turn > 0 {
				f.add(engine, name, value)
			}
		}
		for i, e := range engines {
			name := builders[i].name
			spent, err := mean(c.queries, e.search)
			if err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			count(name, "search", micros(spent))
			costs, err := each(c.queries, e.search)
			if err != nil {
				return err
			}
			count(name, "p50", micros(at(costs, 50)))
			count(name, "p99", micros(at(costs, 99)))
			if costs, err = each(c.prefixes, e.suggest); err != nil {
				return err
			}
			count(name, "suggest p50", micros(at(costs, 50)))
			count(name, "suggest p99", micros(at(costs, 99)))
			if costs, err = each(c.misspelt(200, uint64(turn)), e.fuzzy); err != nil {
				return err
			}
			count(name, "misspelt", micros(at(costs, 50)))
		}
		if web != nil {
			spent, err := web.search(c.queries)
			if err != nil {
				return err
			}
			count("siteerror", "http", micros(spent))
		}
		if peer != nil {
			spent, err := web.page(thePage)
			if err != nil {
				return err
			}
			count("siteerror", "page", micros(spent))
			if spent, err = peer.page(thePage + ".html"); err != nil {
				return err
			}
			count("nginx", "page", micros(spent))
		}
	}
	f.print(c)
	return nil
}
