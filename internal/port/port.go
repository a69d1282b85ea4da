// SPDX-License-Identifier: AGPL-3.0-or-later

// Package port finds addresses of this machine for servers that tests and benchmarks start, stop and start
// again.
package port

// Hold finds an address (host:port) of this machine where nobody listens and keeps it until release: a server
// may listen there and, once stopped, come back to it, while whoever asks the system for any port never gets
// this one. Only Linux can keep it; elsewhere another may take it between two starts.
func Hold() (address string, release func(), err error) { return hold() }
