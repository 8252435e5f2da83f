using System.CommandLine;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Hierarchy.Testing.Generation;
using Hierarchy.Testing.MicrosoftUpdate;
using Hierarchy.Testing.MicrosoftUpdate.Documents;

namespace Hierarchy.Testing;

/// <summary>The verb microsoft-update: serves a simulated Microsoft Update until it is told to stop. The first line on standard output is its address.</summary>
internal static class MicrosoftUpdateCommand
{
    private const int ProgressStep = 10_000;

    private static readonly Option<string> Listen = new("--listen")
    {
        Description = "Address and port to listen on; port 0 takes a free one.", DefaultValueFactory = _ => "127.0.0.1:0",
    };

    private static readonly Option<DirectoryInfo?> Documents = new("--documents") { Description = "A folder of update documents to serve." };

    private static readonly Option<int> Generate = new("--generate") { Description = "How many generated documents to serve." };

    private static readonly Option<int> Seed = new("--seed") { Description = "The seed of the generated documents.", DefaultValueFactory = _ => 1 };

    private static readonly Option<int> Demo = new("--demo") { Description = "How many updates to serve whose installer is a shell script that works." };

    private static readonly Option<bool> Office = new("--office") { Description = "Serve three such updates of Office besides." };

    private static readonly Option<int> DemoLength = new("--demo-length") { Description = "Bytes of the payload of each of them; 0 for the usual 256 KiB." };

    private static readonly Option<int> Latency = new("--latency") { Description = "Milliseconds that every answer waits." };

    private static readonly Option<int> LeaveMissing = new("--leave-missing")
    {
        Description = "How many of the unknown prerequisites that the folder's documents name nobody has.", DefaultValueFactory = _ => 1,
    };

    private static readonly Option<double> CookieMinutes = new("--cookie-minutes") { Description = "How long cookies are valid.", DefaultValueFactory = _ => 240 };

    private static readonly Option<int> CompressAbove = new("--compress-above")
    {
        Description = "Documents above so many bytes are sent as cabinets.", DefaultValueFactory = _ => UpdateLibrary.DefaultCompressAbove,
    };

    private static readonly Option<bool> ListChildren = new("--list-children") { Description = "Filtered lists name the children of bundles too." };

    private static readonly Option<bool> Gzip = new("--gzip") { Description = "Compress answers for clients that accept gzip." };

    public static Command Create()
    {
        var command = new Command("microsoft-update", "Serves a simulated Microsoft Update (MS-WSUSSS and content over HTTP). Nothing in it is Microsoft's own service.")
        {
            Listen, Documents, Generate, Seed, Demo, Office, DemoLength, Latency, LeaveMissing, CookieMinutes, CompressAbove, ListChildren, Gzip,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        if (!IPEndPoint.TryParse(arguments.GetValue(Listen)!, out var listen))
            return await FailAsync($"--listen {arguments.GetValue(Listen)} is no address with a port; give for example 127.0.0.1:0.");
        if (arguments.GetValue(Documents) is { Exists: false } folder)
            return await FailAsync($"--documents {folder.FullName} does not exist; give a folder of update documents.");

        var library = Fill(arguments, cancellationToken);

        // What generating left behind is given back before serving begins; what is served stays for the life of the program.
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        var options = new MicrosoftUpdateOptions
        {
            Listen = listen,
            Latency = TimeSpan.FromMilliseconds(arguments.GetValue(Latency)),
            CookieLifetime = TimeSpan.FromMinutes(arguments.GetValue(CookieMinutes)),
            ListBundledChildren = arguments.GetValue(ListChildren),
            Gzip = arguments.GetValue(Gzip),
        };
        try
        {
            await using var server = await MicrosoftUpdateServer.StartAsync(library, options, cancellationToken);
            await Console.Out.WriteLineAsync(server.Url.AbsoluteUri.TrimEnd('/').AsMemory(), cancellationToken);
            await Console.Out.FlushAsync(cancellationToken);
            await UntilToldAsync(cancellationToken);
            return 0;
        }
        catch (IOException problem) when (problem.InnerException is SocketException or Microsoft.AspNetCore.Connections.AddressInUseException)
        {
            return await FailAsync($"Cannot listen on {listen}: {problem.Message} Give another address with --listen.");
        }
        catch (SocketException problem)
        {
            return await FailAsync($"Cannot listen on {listen}: {problem.Message} Give another address with --listen.");
        }
    }

    private static UpdateLibrary Fill(ParseResult arguments, CancellationToken cancellationToken)
    {
        var said = 0;
        return SimulatedCatalog.Create(
            new CatalogOptions
            {
                Documents = arguments.GetValue(Documents)?.FullName,
                Demo = arguments.GetValue(Demo),
                Office = arguments.GetValue(Office),
                DemoLength = arguments.GetValue(DemoLength),
                Generate = arguments.GetValue(Generate),
                Seed = arguments.GetValue(Seed),
                LeaveMissing = arguments.GetValue(LeaveMissing),
                CompressAbove = arguments.GetValue(CompressAbove),
                Skipped = (name, why) => Console.Error.WriteLine($"{name} is no update document: {why}"),
                Progress = ready =>
                {
                    var step = ready / ProgressStep;
                    var before = Interlocked.Exchange(ref said, Math.Max(step, Volatile.Read(ref said)));
                    if (step > before)
                        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{step * ProgressStep} of {arguments.GetValue(Generate)} documents ready"));
                },
            },
            cancellationToken);
    }

    private static async Task UntilToldAsync(CancellationToken cancellationToken)
    {
        var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal =>
        {
            signal.Cancel = true;
            told.TrySetResult();
        });
        using var cancelled = cancellationToken.Register(() => told.TrySetResult());
        await told.Task;
    }

    private static async Task<int> FailAsync(string message)
    {
        await Console.Error.WriteLineAsync(message);
        return 2;
    }
}
