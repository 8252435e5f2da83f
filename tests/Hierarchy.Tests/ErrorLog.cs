using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Hierarchy.Tests;

/// <summary>Keeps what is logged as an error, which no test here expects.</summary>
internal sealed class ErrorLog : ILoggerProvider, ILogger
{
    public ConcurrentQueue<string> Errors { get; } = [];

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel)) Errors.Enqueue($"{eventId.Id}: {formatter(state, exception)} {exception}");
    }

    public void Dispose() { }
}
