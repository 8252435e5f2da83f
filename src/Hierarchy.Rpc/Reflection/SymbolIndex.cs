using System.Reflection;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Microsoft.AspNetCore.Routing;

namespace Grpc.AspNetCore.Server.Reflection;

/// <summary>The files, symbols and extensions behind the services that are mapped. Made at the first question, when all are.</summary>
internal sealed class SymbolIndex
{
    private readonly Lazy<Content> _content;

    public SymbolIndex(EndpointDataSource endpoints) => _content = new Lazy<Content>(() => new Content(endpoints));

    public IEnumerable<string> ServiceNames => _content.Value.Services;

    public FileDescriptor? FindFile(string name) => _content.Value.Files.GetValueOrDefault(name);

    public FileDescriptor? FindSymbol(string name) => _content.Value.Symbols.GetValueOrDefault(name);

    public FileDescriptor? FindExtension(string type, int number) => _content.Value.Extensions.GetValueOrDefault((type, number));

    public IEnumerable<int> ExtensionNumbers(string type)
        => _content.Value.Extensions.Keys.Where(k => k.Type == type).Select(k => k.Number).Order();

    private sealed class Content
    {
        public Content(EndpointDataSource endpoints)
        {
            foreach (var endpoint in endpoints.Endpoints)
            {
                if (endpoint.Metadata.GetMetadata<GrpcMethodMetadata>() is not { } method)
                    continue;
                Services.Add(method.Method.ServiceName);
                var descriptor = endpoint.Metadata.GetMetadata<ServiceDescriptor>() ?? FindDescriptor(method.ServiceType);
                if (descriptor is not null)
                    Add(descriptor.File);
            }
        }

        public SortedSet<string> Services { get; } = new(StringComparer.Ordinal);

        public Dictionary<string, FileDescriptor> Files { get; } = new(StringComparer.Ordinal);

        public Dictionary<string, FileDescriptor> Symbols { get; } = new(StringComparer.Ordinal);

        public Dictionary<(string Type, int Number), FileDescriptor> Extensions { get; } = [];

        // Generated code keeps the descriptor of a service beside the method that binds it.
        private static ServiceDescriptor? FindDescriptor(Type serviceType)
        {
            for (var type = serviceType; type is not null; type = type.BaseType)
            {
                if (type.GetCustomAttribute<BindServiceMethodAttribute>(inherit: false) is { } attribute)
                    return attribute.BindType.GetProperty("Descriptor", BindingFlags.Public | BindingFlags.Static)?.GetValue(null) as ServiceDescriptor;
            }

            return null;
        }

        private void Add(FileDescriptor file)
        {
            if (!Files.TryAdd(file.Name, file))
                return;
            foreach (var service in file.Services)
            {
                Symbols[service.FullName] = file;
                foreach (var method in service.Methods)
                    Symbols[method.FullName] = file;
            }

            foreach (var message in file.MessageTypes)
                Add(message);
            foreach (var type in file.EnumTypes)
                Add(type);
            foreach (var extension in file.Extensions.UnorderedExtensions)
                Add(extension);
            foreach (var dependency in file.Dependencies)
                Add(dependency);
        }

        private void Add(MessageDescriptor message)
        {
            Symbols[message.FullName] = message.File;
            foreach (var field in message.Fields.InDeclarationOrder())
                Symbols[field.FullName] = message.File;
            foreach (var oneof in message.Oneofs)
                Symbols[oneof.FullName] = message.File;
            foreach (var nested in message.NestedTypes)
                Add(nested);
            foreach (var type in message.EnumTypes)
                Add(type);
            foreach (var extension in message.Extensions.UnorderedExtensions)
                Add(extension);
        }

        private void Add(EnumDescriptor type)
        {
            Symbols[type.FullName] = type.File;
            foreach (var value in type.Values)
                Symbols[value.FullName] = type.File;
        }

        private void Add(FieldDescriptor extension)
        {
            Symbols[extension.FullName] = extension.File;
            Extensions[(extension.ExtendeeType.FullName, extension.FieldNumber)] = extension.File;
        }
    }
}
