using System.CommandLine;
using Hierarchy.Server.Upstream;

namespace Hierarchy.Server.Hosting;

/// <summary>The server program: reads the settings and runs the host until it is told to stop.</summary>
internal static class Program
{
    private const int Failed = 1;
    private const int Usage = 2;

    private static Task<int> Main(string[] args)
    {
        var command = new RootCommand(
            """
            Serves update metadata, decisions and content to the servers and clients below it.

            A root that takes its catalog from Microsoft Update:
              hierarchy-server --role root --data /var/lib/hierarchy --listen-http *:8530 --listen-grpc *:8532

            A replica in a branch office:
              hierarchy-server --role replica --data /var/lib/hierarchy --site branch-a --parent http://root.example:8532 --listen-http *:8530 --listen-grpc *:8532

            A server whose site decides for itself: the catalog of its parent, its own groups and approvals:
              hierarchy-server --role autonomous --data /var/lib/hierarchy --site lab --parent http://root.example:8532 --listen-http *:8530 --listen-grpc *:8532

            Each flag is also a key of the section "Server" in the configuration file and an environment variable: --listen-http is Server:ListenHttp and HIERARCHY_LISTEN_HTTP,
            --upstream-proxy is Upstream:Proxy:Address and HIERARCHY_UPSTREAM_PROXY_ADDRESS. Passwords are no flags: HIERARCHY_CERTIFICATE_PASSWORD, HIERARCHY_UPSTREAM_PROXY_PASSWORD, HIERARCHY_DATABASE_PASSWORD.
            """);
        var config = new Option<string?>("--config") { Description = "Configuration file (JSON). Default: hierarchy.json in the data directory, where there is one." };
        command.Options.Add(config);
        var flags = new List<(ServerSettings.Setting Setting, Option<string?> Option)>();
        foreach (var setting in ServerSettings.All.Where(setting => setting.Flag is not null))
        {
            var option = new Option<string?>(setting.Flag!) { Description = setting.Help }; // The filter leaves those with a flag.
            command.Options.Add(option);
            flags.Add((setting, option));
        }

        command.SetAction(async (parsed, cancellationToken) =>
        {
            var given = flags.Select(flag => (flag.Setting, Value: parsed.GetValue(flag.Option))).Where(flag => flag.Value is not null)
                .ToDictionary(flag => flag.Setting.ConfigurationKey, flag => flag.Value);
            return await RunAsync(parsed.GetValue(config), given, cancellationToken);
        });
        var parse = command.Parse(args);
        // The host hears signals itself, and stops as gently as it can; a second timer would cut that short.
        if (parse.Errors.Count == 0) return parse.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });
        foreach (var error in parse.Errors)
            Console.Error.WriteLine(error.Message);
        Console.Error.WriteLine("hierarchy-server --help tells the flags.");
        return Task.FromResult(Usage);
    }

    private static async Task<int> RunAsync(string? configFile, Dictionary<string, string?> flags, CancellationToken cancellationToken)
    {
        var errors = new List<string>();
        var configuration = ServerConfiguration.Build(configFile, flags, Environment.GetEnvironmentVariable, errors);
        var options = new ServerOptions();
        configuration.GetSection(ServerOptions.Section).Bind(options);
        errors.AddRange(options.Validate());
        errors.AddRange(UpstreamSettings.Validate(configuration));
        if (errors.Count > 0)
        {
            foreach (var error in errors)
                await Console.Error.WriteLineAsync(error);
            return Usage;
        }

        try
        {
            await ServerLife.RunAsync(
                options,
                configuration,
                async host =>
                {
                    await Console.Out.WriteLineAsync(host.ReadyLine);
                    await Console.Out.FlushAsync(cancellationToken);
                },
                cancellationToken);
            return 0;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return 0;
        }
        catch (Exception exception) when (StartFailure.Explain(exception, options) is { } explanation)
        {
            await Console.Error.WriteLineAsync(explanation);
            return Failed;
        }
    }
}
