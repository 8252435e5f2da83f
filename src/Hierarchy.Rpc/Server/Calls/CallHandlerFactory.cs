using System.Diagnostics.CodeAnalysis;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Grpc.AspNetCore.Server.Internal;

/// <summary>Makes the request handlers of one service: options merged, interceptors chained, once per method.</summary>
internal sealed class CallHandlerFactory<[DynamicallyAccessedMembers(ServiceMembers.Service)] TService>
    where TService : class
{
    private readonly ServiceSettings _settings;
    private readonly ServiceScope<TService> _scope;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;

    public CallHandlerFactory(
        ILoggerFactory loggers,
        IOptions<GrpcServiceOptions> all,
        IOptions<GrpcServiceOptions<TService>> one,
        IGrpcServiceActivator<TService> activator,
        IServiceProvider services)
    {
        _settings = ServiceSettings.Merge(all.Value, one.Value);
        var needsNoScope = activator is DefaultServiceActivator<TService> && services.GetRequiredService<ServiceLifetimes>().NeedsNoScope(typeof(TService), services);
        _scope = new ServiceScope<TService>(activator, _settings.SuppressCreatingService, needsNoScope ? services : null);
        _logger = loggers.CreateLogger("Grpc.AspNetCore.Server.ServerCallHandler");
        _time = services.GetService<TimeProvider>() ?? TimeProvider.System;
    }

    public bool IgnoreUnknown => _settings.IgnoreUnknown;

    public RequestDelegate Unary<TRequest, TResponse>(
        Method<TRequest, TResponse> method, Model.UnaryServerMethod<TService, TRequest, TResponse> invoker)
        where TRequest : class
        where TResponse : class
    {
        Core.UnaryServerMethod<TRequest, TResponse> next = (request, context) =>
        {
            var service = _scope.Create(context);
            var result = invoker(service.Instance, request, context);
            return _scope.NeedsRelease(service) ? _scope.ReleaseAfterAsync(service, result) : result;
        };
        foreach (var registration in _settings.Interceptors.Reverse())
        {
            var inner = next;
            next = (request, context) => InterceptorStep.Run(registration, context, i => i.UnaryServerHandler(request, context, inner));
        }

        return new UnaryCallHandler<TRequest, TResponse>(method, next, _settings, _logger, _time).HandleAsync;
    }

    public RequestDelegate ServerStreaming<TRequest, TResponse>(
        Method<TRequest, TResponse> method, Model.ServerStreamingServerMethod<TService, TRequest, TResponse> invoker)
        where TRequest : class
        where TResponse : class
    {
        Core.ServerStreamingServerMethod<TRequest, TResponse> next = (request, responses, context) =>
        {
            var service = _scope.Create(context);
            var result = invoker(service.Instance, request, responses, context);
            return _scope.NeedsRelease(service) ? _scope.ReleaseAfterAsync(service, result) : result;
        };
        foreach (var registration in _settings.Interceptors.Reverse())
        {
            var inner = next;
            next = (request, responses, context)
                => InterceptorStep.Run(registration, context, i => i.ServerStreamingServerHandler(request, responses, context, inner));
        }

        return new ServerStreamingCallHandler<TRequest, TResponse>(method, next, _settings, _logger, _time).HandleAsync;
    }

    public RequestDelegate ClientStreaming<TRequest, TResponse>(
        Method<TRequest, TResponse> method, Model.ClientStreamingServerMethod<TService, TRequest, TResponse> invoker)
        where TRequest : class
        where TResponse : class
    {
        Core.ClientStreamingServerMethod<TRequest, TResponse> next = (requests, context) =>
        {
            var service = _scope.Create(context);
            var result = invoker(service.Instance, requests, context);
            return _scope.NeedsRelease(service) ? _scope.ReleaseAfterAsync(service, result) : result;
        };
        foreach (var registration in _settings.Interceptors.Reverse())
        {
            var inner = next;
            next = (requests, context) => InterceptorStep.Run(registration, context, i => i.ClientStreamingServerHandler(requests, context, inner));
        }

        return new ClientStreamingCallHandler<TRequest, TResponse>(method, next, _settings, _logger, _time).HandleAsync;
    }

    public RequestDelegate DuplexStreaming<TRequest, TResponse>(
        Method<TRequest, TResponse> method, Model.DuplexStreamingServerMethod<TService, TRequest, TResponse> invoker)
        where TRequest : class
        where TResponse : class
    {
        Core.DuplexStreamingServerMethod<TRequest, TResponse> next = (requests, responses, context) =>
        {
            var service = _scope.Create(context);
            var result = invoker(service.Instance, requests, responses, context);
            return _scope.NeedsRelease(service) ? _scope.ReleaseAfterAsync(service, result) : result;
        };
        foreach (var registration in _settings.Interceptors.Reverse())
        {
            var inner = next;
            next = (requests, responses, context)
                => InterceptorStep.Run(registration, context, i => i.DuplexStreamingServerHandler(requests, responses, context, inner));
        }

        return new DuplexStreamingCallHandler<TRequest, TResponse>(method, next, _settings, _logger, _time).HandleAsync;
    }
}
