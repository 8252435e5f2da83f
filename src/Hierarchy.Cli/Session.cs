using Grpc.Core;
using Grpc.Net.Client;
using Hierarchy.Protocol.Admin.V1;

namespace Hierarchy.Cli;

/// <summary>One command's conversation with one server.</summary>
internal sealed class Session : IDisposable
{
    // Long enough for a server that is busy folding a catalog, short enough for a person to notice.
    private static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(60);

    private readonly GrpcChannel channel;
    private readonly TimeProvider time;
    private readonly CancellationToken cancellation;

    public Session(Uri server, Output output, CliEnvironment environment, CancellationToken cancellationToken)
    {
        Server = server;
        Output = output;
        User = environment.User;
        Input = output.Json ? null : environment.In;
        time = environment.Time;
        cancellation = cancellationToken;
        channel = GrpcChannel.ForAddress(server);
        Admin = new AdminService.AdminServiceClient(channel);
    }

    public Uri Server { get; }

    public Output Output { get; }

    public string User { get; }

    /// <summary>Somebody who can be asked; null where nobody is there, or a program reads the answer.</summary>
    public TextReader? Input { get; }

    public TimeProvider Time => time;

    public AdminService.AdminServiceClient Admin { get; }

    /// <summary>For the clients of the smaller services.</summary>
    public GrpcChannel Channel => channel;

    /// <summary>For streams, which may last as long as they like.</summary>
    public CallOptions Streaming => new(Headers(), cancellationToken: cancellation);

    public CancellationToken Cancellation => cancellation;

    /// <summary>One question, one answer, in due time.</summary>
    public async Task<TResponse> AskAsync<TRequest, TResponse>(Func<TRequest, CallOptions, AsyncUnaryCall<TResponse>> method, TRequest request)
    {
        using var timeout = new CancellationTokenSource(AnswerTime, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, timeout.Token);
        try
        {
            using var call = method(request, new CallOptions(Headers(), cancellationToken: either.Token));
            return await call.ResponseAsync;
        }
        catch (Exception exception) when (timeout.IsCancellationRequested && !cancellation.IsCancellationRequested
            && exception is OperationCanceledException or RpcException { StatusCode: StatusCode.Cancelled })
        {
            throw new CommandFailedException(
                "deadline_exceeded", $"The server at {Server} gave no answer within {AnswerTime.TotalSeconds:0} seconds.",
                "Look at the server's log; it may be busy or stuck.", cause: exception);
        }
    }

    public void Dispose() => channel.Dispose();

    // Who decides, for the record, whatever is decided.
    private Metadata Headers() => new() { { "requested-by-bin", System.Text.Encoding.UTF8.GetBytes(User) } };
}
