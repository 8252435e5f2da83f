using System.Diagnostics;
using Hierarchy.Testing.Namespaces;
using Xunit;

namespace Hierarchy.Tests.Testing;

/// <summary>The network that the tests of sites stand on.</summary>
public sealed class SiteNetworkTests
{
    [Fact]
    public void Line_TakesItsTimeCountsAndCanBeCut()
    {
        Assert.SkipWhen(NetworkNamespaces.WhyNot is not null, NetworkNamespaces.WhyNot ?? "");
        using var network = new SiteNetwork(branches: 1, bitsPerSecond: 50_000_000);
        var (server, client) = (network.AddHost(0), network.AddHost(1));
        using var listening = Listen(server);
        var link = network.Links[0];

        Assert.Equal("1000000", Fetch(client, server, out _));
        Assert.InRange(link.BytesHomeward, 1_000_000, 1_200_000);

        link.Latency = TimeSpan.FromMilliseconds(100);
        Assert.Equal("1000000", Fetch(client, server, out var slow));
        Assert.True(slow > TimeSpan.FromMilliseconds(400), $"{slow}"); // two ways for the connection, two for the first bytes

        link.IsCut = true;
        var carried = link.BytesHomeward + link.BytesOutward;
        Assert.NotEqual("1000000", Fetch(client, server, out _));
        Assert.Equal(carried, link.BytesHomeward + link.BytesOutward);
        listening.Kill();
    }

    // Python is on every machine that the tests run on; it is what listens and asks here.
    private static Process Listen(HostPlace host) => Run(
        host, $"import socket\ns=socket.create_server(('{host.Address}',8080))\nprint('ready',flush=True)\nwhile True:\n c,_=s.accept()\n c.recv(1)\n c.sendall(bytes(1000000))\n c.close()", waitForReady: true);

    private static string Fetch(HostPlace from, HostPlace to, out TimeSpan took)
    {
        var started = Stopwatch.GetTimestamp();
        using var process = Run(
            from, $"import socket\ns=socket.create_connection(('{to.Address}',8080),timeout=3)\ns.sendall(b'x')\nn=0\nwhile True:\n b=s.recv(65536)\n if not b: break\n n+=len(b)\nprint(n)", waitForReady: false);
        var said = process.StandardOutput.ReadToEnd().Trim();
        process.WaitForExit();
        took = Stopwatch.GetElapsedTime(started);
        return said;
    }

    private static Process Run(HostPlace host, string program, bool waitForReady)
    {
        var start = new ProcessStartInfo("ip") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in new[] { "netns", "exec", host.Namespace, "python3", "-c", program }) start.ArgumentList.Add(argument);
        var process = Process.Start(start)!; // It is started, or throws.
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        if (waitForReady) Assert.Equal("ready", process.StandardOutput.ReadLine());
        return process;
    }
}
