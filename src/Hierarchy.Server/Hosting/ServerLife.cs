namespace Hierarchy.Server.Hosting;

/// <summary>A server for as long as its process runs: put together anew, on the same addresses, whenever its role has changed.</summary>
internal static class ServerLife
{
    /// <summary>Runs until somebody stops the server.</summary>
    /// <param name="options">What the operator set.</param>
    /// <param name="configuration">All of it.</param>
    /// <param name="ready">A host listens and serves; called again for each that follows.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <param name="logging">Where logs go; standard error when it is null.</param>
    public static async Task RunAsync(
        ServerOptions options, IConfiguration configuration, Func<ServerHost, Task> ready, CancellationToken cancellationToken, Action<ILoggingBuilder>? logging = null)
    {
        while (true)
        {
            await using var host = await ServerHost.StartAsync(options, configuration, cancellationToken, logging);
            await ready(host);
            await host.WaitForShutdownAsync(cancellationToken);
            if (!host.IsToStartAgain || cancellationToken.IsCancellationRequested) return;
            options = host.OptionsOfNext();
        }
    }
}
