package dev.durableobjects.internal.storage;

import io.helidon.common.mapper.Mapper;
import io.helidon.common.mapper.MapperManager;
import io.helidon.common.mapper.spi.MapperProvider;
import java.math.BigDecimal;
import java.util.UUID;

/// Lets DbClient read a column as each class that a column becomes elsewhere: by itself it returns
/// an INTEGER as a Long only. Stateless.
final class ColumnMappers implements MapperProvider {

    /// One for all objects.
    static final MapperManager MANAGER =
            MapperManager.builder().addMapperProvider(new ColumnMappers()).build();

    private ColumnMappers() {}

    @Override
    public ProviderResponse mapper(Class<?> source, Class<?> target, String qualifier) {
        if (!isMapped(source, target)) {
            return ProviderResponse.unsupported();
        }
        Mapper<Object, Object> mapper = stored -> ColumnValue.to(target, stored, "of DbClient");
        return new ProviderResponse(Support.SUPPORTED, mapper);
    }

    /// What Helidon does by itself stays: numbers in texts, and texts of numbers.
    private static boolean isMapped(Class<?> source, Class<?> target) {
        if (source == String.class) {
            return target == UUID.class || target == BigDecimal.class || target.isEnum();
        }
        boolean isNumber = source == Long.class || source == Double.class;
        return isNumber && target != String.class && ColumnValue.isKnown(target);
    }
}
