package main

// CoreDNS finds its plug-ins by import. These are the ones that the lab's Corefile names; upstream's default set would
// bring cloud SDKs of several hundred modules along.
import (
	_ "github.com/coredns/coredns/plugin/bind"
	_ "github.com/coredns/coredns/plugin/cache"
	_ "github.com/coredns/coredns/plugin/errors"
	_ "github.com/coredns/coredns/plugin/kubernetes"
	_ "github.com/coredns/coredns/plugin/ready"
)
