using System.CommandLine;
using System.Net;
using Hierarchy.Agent.Locate;
using Hierarchy.Agent.Report;
using Hierarchy.Agent.Scan;
using Hierarchy.Domain;
using Microsoft.Extensions.Logging;

namespace Hierarchy.Agent;

/// <summary>The command line: `run` and `once`, with the same options.</summary>
internal static class AgentCommand
{
    internal const int Ok = 0;
    internal const int Failure = 1;
    internal const int Usage = 2;

    /// <summary>An installer that is running when the agent is told to stop gets time to end.</summary>
    internal static readonly TimeSpan StopWithin = TimeSpan.FromSeconds(45);

    private static readonly Option<string[]> Server = new("--server")
    {
        Description = "A server to ask which servers are near, e.g. http://updates.example:8532. Several are asked in this order.",
        Required = true,
        HelpName = "URL",
        AllowMultipleArgumentsPerToken = true,
    };

    private static readonly Option<string> State = new("--state")
    {
        Description = "The agent's own folder: its identity, decisions, documents, downloads, journal. One agent at a time.",
        Required = true,
        HelpName = "DIR",
    };

    private static readonly Option<string?> Facts = new("--facts")
    {
        Description = "What is known about this computer, as JSON. Without it the agent looks at the Windows that it runs on.",
        HelpName = "FILE",
    };

    private static readonly Option<string[]> Group = new("--group")
    {
        Description = "A target group that this computer asks for. May be given several times.",
        HelpName = "NAME",
        AllowMultipleArgumentsPerToken = true,
    };

    private static readonly Option<string?> Address = new("--address")
    {
        Description = "The address to connect from; servers find the site of this computer by it.",
        HelpName = "IP",
    };

    private static readonly Option<string?> Name = new("--name") { Description = "The name to report; this computer's by default.", HelpName = "NAME" };

    private static readonly Option<Guid?> Id = new("--id")
    {
        Description = "Who this computer is, where its groups were migrated from a WSUS: its SusClientId. Taken when the state is new; without it an id is drawn.",
        HelpName = "GUID",
    };

    private static readonly Option<TimeSpan> Timeout = new("--install-timeout")
    {
        Description = "An installer that runs longer is ended (hh:mm:ss).",
        DefaultValueFactory = _ => TimeSpan.FromHours(1),
        HelpName = "TIME",
    };

    private static readonly Option<TimeSpan> Detection = new("--detection")
    {
        Description = "How often `run` evaluates everything anew (hh:mm:ss); each time at random in 80-100 % of it.",
        DefaultValueFactory = _ => TimeSpan.FromHours(22),
        HelpName = "TIME",
    };

    private static readonly Option<bool> Verbose = new("--verbose") { Description = "Log details too." };

    internal static RootCommand Create()
    {
        var root = new RootCommand(
            """
            Automatic Updates for any platform: finds the nearest server, decides which updates this computer needs, installs what is approved, reports.

              hierarchy-agent once --server http://127.0.0.1:8532 --state /var/lib/hierarchy-agent --facts facts.json --group Servers
              hierarchy-agent run  --server http://root.example:8532 --server http://branch.example:8532 --state /var/lib/hierarchy-agent
              hierarchy-agent pending --state /var/lib/hierarchy-agent
              hierarchy-agent install-now --state /var/lib/hierarchy-agent

            Logs go to standard error. Exit codes: 0 done, 1 something failed, 2 wrong usage.
            """);
        root.Subcommands.Add(Verb("once", "One full cycle: locate, sync, scan, download, install, scan, report. Prints what it did as one JSON document.", OnceAsync));
        root.Subcommands.Add(Verb("run", "Stays connected and acts at once on what administrators decide. Prints one line of JSON for each thing that happens.", RunAsync));
        root.Subcommands.Add(LocalVerbs.Pending(State));
        root.Subcommands.Add(LocalVerbs.InstallNow(State));
        return root;
    }

    private static Command Verb(string name, string description, Func<Session, CancellationToken, Task<int>> act)
    {
        var command = new Command(name, description) { Server, State, Facts, Group, Address, Name, Id, Timeout, Detection, Verbose };
        command.SetAction((parsed, cancellationToken) => ActAsync(parsed, act, cancellationToken));
        return command;
    }

    private static async Task<int> ActAsync(ParseResult parsed, Func<Session, CancellationToken, Task<int>> act, CancellationToken cancellationToken)
    {
        var output = parsed.InvocationConfiguration.Output;
        var error = parsed.InvocationConfiguration.Error;
        var problems = Read(parsed, out var options);
        if (problems.Count > 0)
        {
            foreach (var problem in problems) await error.WriteLineAsync(problem);
            return Usage;
        }

        using var loggers = Logging.Create(parsed.GetValue(Verbose));
        var logger = loggers.CreateLogger("Hierarchy.Agent");
        var time = TimeProvider.System;
        try
        {
            var facts = OpenFacts(options);
            var clients = new GrpcServerClients(options.Address, time, loggers);
            using var http = new HttpClient(SourceAddress.CreateHandler(options.Address)) { Timeout = System.Threading.Timeout.InfiniteTimeSpan };
            using var engine = new AgentEngine(options, clients, facts, http, time, logger);
            return await act(new Session(engine, options, clients, output, time, logger), cancellationToken);
        }
        catch (Exception exception) when (exception is UnavailableException or IntegrityException or IOException or UnauthorizedAccessException)
        {
            await error.WriteLineAsync(exception.Message);
            return Failure;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await error.WriteLineAsync("Stopped.");
            return Failure;
        }
    }

    private static List<string> Read(ParseResult parsed, out AgentOptions options)
    {
        var problems = new List<string>();
        var servers = parsed.GetValue(Server) ?? [];
        foreach (var server in servers)
            if (!Uri.TryCreate(server, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
                problems.Add($"--server {server} is not the address of a server, like http://updates.example:8532.");

        IPAddress? address = null;
        if (parsed.GetValue(Address) is { } text && !IPAddress.TryParse(text, out address)) problems.Add($"--address {text} is not an IP address.");
        if (parsed.GetValue(Facts) is null && !OperatingSystem.IsWindows())
        {
            problems.Add(
                "This computer does not run Windows, so the agent cannot look at it: describe it in a file and name that with --facts FILE. "
                + "A small one: { \"os\": { \"major\": 10, \"build\": 26100, \"productType\": 1 }, \"root\": \"root\" }");
        }

        if (parsed.GetValue(Id) == Guid.Empty) problems.Add("--id is all zeros, which is no computer's id.");
        if (parsed.GetValue(Timeout) <= TimeSpan.Zero) problems.Add("--install-timeout must be longer than nothing.");
        if (parsed.GetValue(Detection) < TimeSpan.FromSeconds(1)) problems.Add("--detection must be a second or longer.");
        options = new AgentOptions
        {
            Servers = servers,
            StateFolder = parsed.GetValue(State) ?? "",
            FactsFile = parsed.GetValue(Facts),
            Groups = parsed.GetValue(Group) ?? [],
            Address = address,
            Name = parsed.GetValue(Name) ?? Environment.MachineName,
            Id = parsed.GetValue(Id),
            InstallTimeout = parsed.GetValue(Timeout),
            DetectionInterval = parsed.GetValue(Detection),
        };
        return problems;
    }

    private static IFactsSource OpenFacts(AgentOptions options)
    {
        if (options.FactsFile is { } path) return FactsFile.Open(path);
        return OperatingSystem.IsWindows() ? new WindowsFactsSource() : throw new UnavailableException("This computer does not run Windows; name a file with --facts.");
    }

    private static async Task<int> OnceAsync(Session session, CancellationToken cancellationToken)
    {
        var report = await new SingleCycle(session.Engine, session.Options, session.Clients, session.Time, session.Logger).RunAsync(cancellationToken);
        await session.Output.WriteLineAsync(report.ToJson());
        return report.IsOk ? Ok : Failure;
    }

    private static async Task<int> RunAsync(Session session, CancellationToken cancellationToken)
    {
        var events = new AgentEvents(session.Output, session.Time);
        await new LiveAgent(session.Engine, session.Options, session.Clients, events, session.Time, session.Logger).RunAsync(cancellationToken);
        return Ok;
    }

    private sealed record Session(AgentEngine Engine, AgentOptions Options, IServerClients Clients, TextWriter Output, TimeProvider Time, ILogger Logger);
}
