using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace Hierarchy.Agent;

/// <summary>Logs to standard error, one line each: standard output belongs to the JSON.</summary>
internal static class Logging
{
    internal static ILoggerFactory Create(bool isVerbose) => LoggerFactory.Create(builder =>
    {
        builder.SetMinimumLevel(isVerbose ? LogLevel.Debug : LogLevel.Information);
        builder.AddFilter("Grpc", isVerbose ? LogLevel.Information : LogLevel.Error);
        builder.AddSimpleConsole(options =>
        {
            options.SingleLine = true;
            options.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z' ";
            options.UseUtcTimestamp = true;
            options.ColorBehavior = LoggerColorBehavior.Disabled;
        });
        builder.Services.Configure<ConsoleLoggerOptions>(options => options.LogToStandardErrorThreshold = LogLevel.Trace);
    });
}
