// SPDX-License-Identifier: AGPL-3.0-or-later

package server

// databaseName is the file of the store in a data directory.
const databaseName = "zolal.db"
