using Hierarchy.Server.Succession;
using Hierarchy.Storage.SqlServer;

namespace Hierarchy.Server.Hosting;

/// <summary>
/// Puts a server together anew whose database came back without something that was committed: what it shows is not so any more. The log has begun an epoch that leaps over what is lost; the view is built
/// from what is there.
/// </summary>
internal sealed partial class DatabaseWatch(SqlServerAuthorityLog log, StartAgain again, ILogger<DatabaseWatch> logger) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        log.Rewound += OnRewound;
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        log.Rewound -= OnRewound;
        return Task.CompletedTask;
    }

    private void OnRewound(string reason)
    {
        Log.Rewound(logger, reason);
        again.Request();
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 1820, Level = LogLevel.Error, Message = "{Reason}")]
        public static partial void Rewound(ILogger logger, string reason);
    }
}
