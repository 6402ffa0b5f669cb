package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"siteerror/internal/terminal"
)

// Bounds of what is read from a server.
const (
	missesTimeout = 10 * time.Second
	maxMissesJSON = 1 << 20
)

// missesAnswer is the part of /api/v1/misses that is printed.
type missesAnswer struct {
	Since    time.Time `json:"since"`
	Searches int       `json:"searches"`
	Misses   []struct {
		Query    string `json:"query"`
		Missed   int    `json:"missed"`
		Searches int    `json:"searches"`
		Results  int    `json:"results"`
		Last     string `json:"last"`
	} `json:"misses"`
}

func (c *command) missesCommand() *cobra.Command {
	var server, token string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "misses",
		Short: "List the searches that led nowhere, as a running server has counted them",
		Args:  usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			body, err := fetchMisses(cmd.Context(), server, token)
			if err != nil {
				return err
			}
			if asJSON {
				_, err := c.out.Write(append(body, '\n'))
				return err
			}
			return c.printMisses(body)
		},
	}
	cmd.Flags().StringVar(&server, "server", "http://localhost:8080", "the server's address")
	cmd.Flags().StringVar(&token, "operator-token", "", "what the server was started with, if anything")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

// fetchMisses asks a server for its misses. It goes past proxies: without a token the server answers direct requests alone.
func fetchMisses(ctx context.Context, server, token string) ([]byte, error) {
	u, err := url.Parse(server)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return nil, usageError{fmt.Errorf("--server %q: give an address such as http://localhost:8080", server)}
	}
	ctx, cancel := context.WithTimeout(ctx, missesTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.JoinPath("/api/v1/misses").String(), nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", "application/json")
	if token != "" {
		req.SetBasicAuth("operator", token)
	}
	client := &http.Client{Transport: &http.Transport{}}
	resp, err := client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("cannot ask the server: %w", err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxMissesJSON))
	if err != nil {
		return nil, fmt.Errorf("cannot read the server's answer: %w", err)
	}
	if resp.StatusCode != http.StatusOK {
		var problem struct{ Detail string }
		if json.Unmarshal(body, &problem) != nil || problem.Detail == "" {
			problem.Detail = "it is no siteerror of this version"
		}
		return nil, fmt.Errorf("%s answers %s: %s", u.Host, resp.Status, terminal.Printable(problem.Detail))
	}
	return body, nil
}

func (c *command) printMisses(body []byte) error {
	var answer missesAnswer
	if err := json.Unmarshal(body, &answer); err != nil {
		return errors.New("the server's answer is no list of misses")
	}
	fmt.Fprintf(c.out, "Searches since %s: %d\n", answer.Since.Format(time.DateOnly), answer.Searches)
	if len(answer.Misses) == 0 {
		fmt.Fprintln(c.out, "None led nowhere.")
		return nil
	}
	w := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(w, "missed\tsearched\tresults\tlast\t  query\n")
	for _, m := range answer.Misses {
		results := fmt.Sprint(m.Results)
		if m.Results == 0 {
			results = "none"
		}
		fmt.Fprintf(w, "%d\t%d\t%s\t%s\t  %s\n", m.Missed, m.Searches, results, m.Last, strings.TrimSpace(terminal.Printable(m.Query)))
	}
	return w.Flush()
}
