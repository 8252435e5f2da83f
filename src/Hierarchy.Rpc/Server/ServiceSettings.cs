using System.IO.Compression;
using Grpc.Core.Internal;
using Grpc.Net.Compression;

namespace Grpc.AspNetCore.Server.Internal;

/// <summary>The options of one service after merging: what every call of it reads.</summary>
internal sealed class ServiceSettings
{
    public required int? MaxSendSize { get; init; }

    public required int? MaxReceiveSize { get; init; }

    public required bool DetailedErrors { get; init; }

    public required Dictionary<string, ICompressionProvider> Compression { get; init; }

    public required string AcceptEncoding { get; init; }

    public required ICompressionProvider? ResponseCompression { get; init; }

    public required CompressionLevel? ResponseCompressionLevel { get; init; }

    public required bool IgnoreUnknown { get; init; }

    public required bool SuppressCreatingService { get; init; }

    public required InterceptorRegistration[] Interceptors { get; init; }

    public static ServiceSettings Merge(GrpcServiceOptions all, GrpcServiceOptions one)
    {
        var compression = new Dictionary<string, ICompressionProvider>(MessageCompression.Defaults, StringComparer.Ordinal);
        foreach (var provider in (all.CompressionProvidersOrNull ?? []).Concat(one.CompressionProvidersOrNull ?? []))
            compression[provider.EncodingName] = provider;

        var algorithm = one.ResponseCompressionAlgorithm ?? all.ResponseCompressionAlgorithm;
        ICompressionProvider? response = null;
        if (algorithm is not null && algorithm != GrpcHeaders.Identity && !compression.TryGetValue(algorithm, out response))
            throw new InvalidOperationException(
                $"The configured response compression algorithm '{algorithm}' does not have a matching compression provider. Known: {string.Join(", ", compression.Keys)}.");

        return new ServiceSettings
        {
            MaxSendSize = one.MaxSendMessageSizeSpecified ? one.MaxSendMessageSize : all.MaxSendMessageSize,
            MaxReceiveSize = one.MaxReceiveMessageSizeSpecified ? one.MaxReceiveMessageSize
                : all.MaxReceiveMessageSizeSpecified ? all.MaxReceiveMessageSize
                : GrpcServiceOptions.DefaultReceiveSize,
            DetailedErrors = one.EnableDetailedErrors ?? all.EnableDetailedErrors ?? false,
            Compression = compression,
            AcceptEncoding = MessageCompression.AcceptEncoding(compression.Keys),
            ResponseCompression = response,
            ResponseCompressionLevel = one.ResponseCompressionLevel ?? all.ResponseCompressionLevel,
            IgnoreUnknown = one.IgnoreUnknownServices ?? all.IgnoreUnknownServices ?? false,
            SuppressCreatingService = one.SuppressCreatingService || all.SuppressCreatingService,
            Interceptors = [.. all.Interceptors, .. one.Interceptors],
        };
    }
}
