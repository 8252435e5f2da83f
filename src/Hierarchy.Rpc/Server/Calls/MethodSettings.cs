using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace Grpc.AspNetCore.Server.Internal;

/// <summary>What all calls of one method share, so that each call holds one reference to it.</summary>
internal sealed record MethodSettings(IMethod Method, ServiceSettings Service, ILogger Logger, TimeProvider Time);
