//go:build !unix

package catalog

import (
	"errors"
	"os"
)

func mapFile(*os.File, int) ([]byte, error) { return nil, errors.ErrUnsupported }

func dropPages([]byte) {}
