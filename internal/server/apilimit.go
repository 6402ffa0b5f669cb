package server

import (
	"fmt"
	"math"
	"net/http"
	"net/netip"
	"strconv"

	"github.com/gin-gonic/gin"
)

// limited takes one of the client's requests to the API and says in the RateLimit fields what is
// left (draft-ietf-httpapi-ratelimit-headers, 3 and 4). The error is a 429.
func (s *Server) limited(c *gin.Context) error {
	if s.cfg.APIRate < 1 {
		return nil
	}
	client := s.cfg.Gate.Client(c.Request)
	if s.cfg.SpareLoopback {
		// A proxy on this machine that was not named in TrustedProxies would make all its clients one.
		if addr, err := netip.ParseAddr(client); err == nil && addr.IsLoopback() {
			return nil
		}
	}
	state := s.apiLimit.TakeOf(client)
	h := c.Writer.Header()
	h["Ratelimit-Policy"] = s.ratePolicy
	h.Set("Ratelimit", fmt.Sprintf(`"api";r=%d;t=%d`, state.Remaining, int(math.Ceil(state.Full.Seconds()))))
	if state.Wait == 0 {
		return nil
	}
	wait := strconv.Itoa(int(math.Ceil(state.Wait.Seconds())))
	return &requestError{
		status: http.StatusTooManyRequests, header: http.Header{"Retry-After": {wait}},
		detail: fmt.Sprintf("You may ask the API %d times a minute. The next answer can be had in %s s.", state.Limit, wait),
	}
}
