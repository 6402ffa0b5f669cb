package listen

import "github.com/coreos/go-systemd/v22/daemon"

// What a service manager is told of the state of the service (sd_notify(3)).
// Where there is none, nothing happens.
const (
	Ready    = daemon.SdNotifyReady
	Stopping = daemon.SdNotifyStopping
)

// Reloading is the state of a service that reads its settings anew, and says
// since when; Ready ends it.
func Reloading() string {
	return daemon.SdNotifyReloading + "\n" + daemon.SdNotifyMonotonicUsec()
}

// Notify tells the service manager a state. That it cannot be told is no reason
// not to serve.
func Notify(state string) { _, _ = daemon.SdNotify(false, state) }
